"""API of closing one's account."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed, rendered
from servicekit.api.views import Api
from user_service.accounts.password_apis import BUSY
from user_service.closings import selectors
from user_service.closings.serializers import ClosingInput, ClosingOutput, ClosingStateOutput
from user_service.closings.services import closing_request
from user_service.sessions.clients import client_of


class ClosingApi(Api):
    """Close one's account."""

    read_scope = None
    refusals = {
        "404": _("`closing_not_found`: you have not asked for it."),
        "409": _("`operators_stay`: an operator's account is not closed here."),
        "429": _(
            "`too_many_attempts`: wrong passwords; `rate_limited`; or `profile_quota_exceeded` until "
            "midnight UTC."
        ),
        "503": BUSY,
    }

    @extend_schema(operation_id="closing_show", responses=ClosingOutput)
    def get(self, request: Request) -> Response:
        """What became of it. Once it is closed your tokens are refused: 401 `session_revoked`."""
        return Response(rendered(ClosingOutput, selectors.closing_latest(user_id=self.caller.id)))

    @extend_schema(
        operation_id="closing_request",
        request=ClosingInput,
        responses={202: ClosingOutput},
        examples=[body_example({"password": "three-green-apples"})],
    )
    def post(self, request: Request) -> Response:
        """Close it for good, if no cash, no position and no open order is left; it is decided in a moment."""
        closing = closing_request(
            user_id=self.caller.id, client=client_of(request), **parsed(ClosingInput, request.data)
        )
        return Response(rendered(ClosingOutput, closing), status=202)


class ClosingStateApi(Api):
    """What became of a closing, for who has its id and, once the account is closed, no token any more."""

    public = True
    authentication_classes = ()
    refusals = {"404": _("`closing_not_found`: nobody has asked for it.")}

    @extend_schema(operation_id="closing_state", responses=ClosingStateOutput)
    def get(self, request: Request, closing_id: UUID) -> Response:
        """Whether it is pending, refused or closed; no more, as no token is asked for."""
        return Response(rendered(ClosingStateOutput, selectors.closing_get(closing_id=closing_id)))
