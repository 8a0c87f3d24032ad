"""Errors of API keys."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class ApiKeyInvalid(DomainError):
    """Nobody has this key, or it was revoked, has expired, or its user is disabled: not told apart."""

    code = "api_key_invalid"
    status = 401
    title = _("The API key is not valid")
    message = _("The API key is unknown, was revoked or has expired.")


class ApiKeyNotFound(DomainError):
    """The key does not exist, or is another user's."""

    code = "not_found"
    status = 404
    title = _("Not found")
    message = _("There is no such API key.")


class TooManyApiKeys(DomainError):
    """The user has as many keys as one may have."""

    code = "too_many_api_keys"
    status = 409
    title = _("Too many API keys")
    message = _("You have %(limit)d API keys, the most possible. Revoke one that you no longer use.")


class ApiKeyIsRevoked(DomainError):
    """The key was revoked already."""

    code = "api_key_is_revoked"
    status = 409
    title = _("The API key is revoked")
    message = _("This API key was revoked already.")
