"""The use-cases of accounts, one a file. Only they write users."""

from user_service.accounts.services.passwords import password_errors
from user_service.accounts.services.user_disable import user_disable, user_enable
from user_service.accounts.services.user_register import user_register
from user_service.accounts.services.user_sign_in import operator_sign_in, user_authenticate, user_sign_in
from user_service.accounts.services.user_update import user_update

__all__ = [
    "operator_sign_in",
    "password_errors",
    "user_authenticate",
    "user_disable",
    "user_enable",
    "user_register",
    "user_sign_in",
    "user_update",
]
