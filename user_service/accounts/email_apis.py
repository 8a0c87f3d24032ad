"""API of one's e-mail: change it, confirm it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed, rendered
from servicekit.api.views import Api
from user_service.accounts.password_apis import BUSY
from user_service.accounts.serializers import (
    EXAMPLE_TOKEN,
    EmailChangeInput,
    EmailConfirmedOutput,
    ProfileOutput,
    TokenInput,
)
from user_service.accounts.services import email_change, email_confirm, email_confirmation_resend
from user_service.sessions.clients import client_of


class EmailChangeApi(Api):
    """Change one's e-mail."""

    refusals = {
        "429": _(
            "`too_many_attempts`: wrong passwords; `rate_limited`; `profile_quota_exceeded` or "
            "`link_quota_exceeded` until midnight UTC."
        ),
        "503": BUSY,
    }

    @extend_schema(
        request=EmailChangeInput,
        responses={202: ProfileOutput},
        examples=[body_example({"email": "anna@example.net", "password": "three-green-apples"})],
    )
    def post(self, request: Request) -> Response:
        """Mail a link to a new address; the old one stays until the link is followed, and is told."""
        user = email_change(
            user_id=self.caller.id,
            session_id=self.caller.session_id,
            client=client_of(request),
            **parsed(EmailChangeInput, request.data),
        )
        return Response(rendered(ProfileOutput, user), status=202)


class EmailConfirmationApi(Api):
    """The mail with the link that confirms one's e-mail."""

    refusals = {
        "409": _("`email_confirmed_already`: there is nothing to confirm."),
        "429": _("`rate_limited`, or `link_quota_exceeded` of this address until midnight UTC."),
    }

    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request) -> Response:
        """Send it once more."""
        email_confirmation_resend(user_id=self.caller.id)
        return Response(status=202)


class EmailConfirmApi(Api):
    """What the link in a mail leads to."""

    public = True
    authentication_classes = ()

    @extend_schema(
        request=TokenInput,
        responses={200: EmailConfirmedOutput},
        examples=[body_example({"token": EXAMPLE_TOKEN})],
    )
    def post(self, request: Request) -> Response:
        """Confirm an e-mail, or change it to the one that the link went to. It works once."""
        user = email_confirm(**parsed(TokenInput, request.data))
        return Response(rendered(EmailConfirmedOutput, user))
