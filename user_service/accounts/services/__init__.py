"""The use-cases of accounts, one per file; the only writers of users."""

from user_service.accounts.services.daily_count import daily_counts_purge
from user_service.accounts.services.email_change import email_change
from user_service.accounts.services.email_confirm import email_confirm, email_confirmation_resend
from user_service.accounts.services.links import links_purge
from user_service.accounts.services.operator_sign_in import (
    enrolment_is_due,
    operator_enrol,
    operator_sign_in,
    operator_sign_in_finish,
)
from user_service.accounts.services.password_change import password_change
from user_service.accounts.services.password_reset import (
    password_reset,
    password_reset_request,
    password_reset_send,
)
from user_service.accounts.services.passwords import password_errors
from user_service.accounts.services.second_factor_reset import (
    operators_without_factor_sign_out,
    second_factor_reset,
)
from user_service.accounts.services.second_factor_turn import (
    recovery_codes_renew,
    second_factor_turn_off,
    second_factor_turn_on,
)
from user_service.accounts.services.sign_in_attempts import attempts_purge
from user_service.accounts.services.user_close import user_close
from user_service.accounts.services.user_disable import user_disable, user_enable
from user_service.accounts.services.user_register import SignedUp, user_register, user_sign_up
from user_service.accounts.services.user_sign_in import user_authenticate, user_sign_in, user_sign_in_finish
from user_service.accounts.services.user_sign_out import user_sign_out
from user_service.accounts.services.user_update import user_update
