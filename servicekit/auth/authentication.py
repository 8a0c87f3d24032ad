"""DRF authentication: a Bearer token, or an operator's cookie in a browser."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, CSRFCheck, get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from servicekit.auth.keys import KeysUnavailable
from servicekit.auth.principals import Principal
from servicekit.auth.refusals import refused
from servicekit.auth.sessions import session_is_revoked
from servicekit.auth.tokens import TokenInvalid, decode, principal
from servicekit.errors import DomainError

#: The cookie that user_service sets when an operator signs in to the admin.
OPERATOR_COOKIE: str = settings.OPERATOR_COOKIE_NAME

#: Tells the gateway's access log which operator an answer is for: the cookie is nothing it could read.
OPERATOR_HEADER = "X-Operator"


class InvalidToken(DomainError):
    """The token was not issued by this system, or is no longer valid."""

    code = "token_invalid"
    status = 401
    title = _("The access token is not valid")
    message = _("The access token is malformed, expired or was not issued here. Sign in again.")


class SessionIsRevoked(DomainError):
    """The token's session has ended."""

    code = "session_revoked"
    status = 401
    title = _("The session has ended")
    message = _("This session was signed out. Sign in again.")


class SignInUnavailable(DomainError):
    """The keys for verifying tokens are not available yet."""

    code = "service_unavailable"
    status = 503
    title = _("Temporarily unavailable")
    message = _("Sign-in cannot be checked right now. Try again in a few seconds.")


def principal_of(token: str) -> Principal:
    """The user of an access token.

    Raises:
        InvalidToken, SessionIsRevoked, SignInUnavailable: see there.
    """
    try:
        user = principal(decode(token))
    except TokenInvalid as invalid:
        refused("access", invalid.reason)
        raise InvalidToken() from None
    except KeysUnavailable:
        raise SignInUnavailable() from None
    if session_is_revoked(user.session_id):
        refused("access", "session_ended", user=user.id)
        raise SessionIsRevoked()
    return user


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``; another scheme counts as not signed in."""

    def authenticate(self, request: Request) -> tuple[Principal, str] | None:
        scheme, *rest = get_authorization_header(request).split() or [b""]
        if scheme.lower() != b"bearer":
            return None
        if len(rest) != 1:
            refused("access", "malformed")
            raise InvalidToken()
        try:
            token = rest[0].decode("ascii")
        except UnicodeDecodeError:
            refused("access", "malformed")
            raise InvalidToken() from None
        return principal_of(token), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="birzha"'


class OperatorCookieAuthentication(BaseAuthentication):
    """An operator who signed in to the admin may use the browsable API; writes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        token = request.COOKIES.get(OPERATOR_COOKIE)
        if not token:
            return None
        try:
            user = principal_of(token)
        except (InvalidToken, SessionIsRevoked):
            return None
        if not user.is_operator:
            return None
        self._check_csrf(request)
        request.operator_id = str(user.id)  # type: ignore[attr-defined]  # for the answer's header
        return user, None

    def _check_csrf(self, request: Request) -> None:
        def unused(_: Any) -> Any:  # CSRFCheck wants a get_response and never calls it
            return None

        check = CSRFCheck(unused)
        check.process_request(request)
        if reason := check.process_view(request, unused, (), {}):
            raise PermissionDenied(f"CSRF: {reason}")
