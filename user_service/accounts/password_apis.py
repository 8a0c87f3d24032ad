"""API of passwords: change one's own, and reset a forgotten one by a mailed link."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed
from servicekit.api.views import Api
from user_service.accounts.serializers import (
    EXAMPLE_TOKEN,
    PasswordInput,
    PasswordResetInput,
    PasswordResetRequestInput,
)
from user_service.accounts.services import password_change, password_reset, password_reset_request
from user_service.sessions.clients import client_of

BUSY = _(
    "`sign_in_busy`: too many sign-ins at once, nothing was done; or the service cannot answer right now."
)


class PasswordChangeApi(Api):
    """Change one's password; all other sessions end."""

    refusals = {
        "429": _(
            "`too_many_attempts`: wrong passwords; `rate_limited`; or `profile_quota_exceeded` until "
            "midnight UTC."
        ),
        "503": BUSY,
    }

    @extend_schema(
        request=PasswordInput,
        responses={204: None},
        examples=[body_example({"old_password": "three-green-apples", "new_password": "seven-yellow-pears"})],
    )
    def post(self, request: Request) -> Response:
        password_change(
            user_id=self.caller.id,
            session_id=self.caller.session_id,
            client=client_of(request),
            **parsed(PasswordInput, request.data),
        )
        return Response(status=204)


class PasswordResetRequestApi(Api):
    """The mail with the link for who has forgotten the password."""

    public = True
    authentication_classes = ()
    refusals = {
        "429": _(
            "`rate_limited`; `reset_quota_exceeded` of your network, or `link_quota_exceeded` of the "
            "address, until midnight UTC."
        ),
    }

    @extend_schema(
        request=PasswordResetRequestInput,
        responses={202: None},
        examples=[body_example({"email": "anna@example.com"})],
    )
    def post(self, request: Request) -> Response:
        """Have it mailed. The answer is the same whether or not somebody has the address."""
        password_reset_request(client=client_of(request), **parsed(PasswordResetRequestInput, request.data))
        return Response(status=202)


class PasswordResetApi(Api):
    """What the link in the mail leads to."""

    public = True
    authentication_classes = ()
    refusals = {"503": BUSY}

    @extend_schema(
        request=PasswordResetInput,
        responses={204: None},
        examples=[body_example({"token": EXAMPLE_TOKEN, "new_password": "seven-yellow-pears"})],
    )
    def post(self, request: Request) -> Response:
        """Set a new password. All sessions end, API keys are revoked, and the link works once."""
        password_reset(**parsed(PasswordResetInput, request.data))
        return Response(status=204)
