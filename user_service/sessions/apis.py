"""API of sessions: refresh, sign out, the public keys."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed, rendered_many
from servicekit.api.views import Api
from user_service.sessions import selectors
from user_service.sessions.clients import client_of
from user_service.sessions.keys import key_ring
from user_service.sessions.models import RevokedReason
from user_service.sessions.serializers import (
    JwksOutput,
    RefreshInput,
    SessionListOutput,
    SessionOutput,
    SignInListOutput,
    SignInOutput,
    TokenPairOutput,
    token_pair_json,
)
from user_service.sessions.services import session_end, session_end_by_token, session_refresh, session_revoke


class TokenRefreshApi(Api):
    """Exchange the refresh token for a new pair. Each can be used once; using it again ends the session.

    A client that lost the response may send it again within 30 seconds, while the new token is unused.
    """

    public = True
    authentication_classes = ()
    refusals = {
        "401": _("`token_invalid`: it was not issued here; `session_revoked`: its session has ended.")
    }

    @extend_schema(
        request=RefreshInput,
        responses=TokenPairOutput,
        examples=[body_example({"refresh": "the refresh token of your tokens"}, "With your own token")],
    )
    def post(self, request: Request) -> Response:
        return Response(
            token_pair_json(
                session_refresh(
                    refresh=parsed(RefreshInput, request.data)["refresh"], client=client_of(request)
                )
            )
        )


class LogoutApi(Api):
    """Sign out: end the session that the access token belongs to."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        session_revoke(session_id=self.caller.session_id, reason=RevokedReason.SIGNED_OUT)
        return Response(status=204)


class TokenRevokeApi(Api):
    """Sign out with the refresh token (RFC 7009): the access token may have expired.

    An invalid token is no error: there is nothing left to end.
    """

    public = True
    authentication_classes = ()

    @extend_schema(
        operation_id="token_revoke",
        request=RefreshInput,
        responses={204: None},
        examples=[body_example({"refresh": "the refresh token of your tokens"}, "With your own token")],
    )
    def post(self, request: Request) -> Response:
        session_end_by_token(
            refresh=parsed(RefreshInput, request.data)["refresh"], reason=RevokedReason.SIGNED_OUT
        )
        return Response(status=204)


class SessionListApi(Api):
    """Your sessions, the most recently used first."""

    read_scope = None

    @extend_schema(operation_id="session_list", responses=SessionListOutput)
    def get(self, request: Request) -> Response:
        found = selectors.sessions_open(user_id=self.caller.id)
        context = {"current": self.caller.session_id}
        return Response({"results": SessionOutput(found, many=True, context=context).data})


class SignInListApi(Api):
    """The latest sign-ins and failed attempts of your account, the latest first; 20 at most."""

    read_scope = None

    @extend_schema(operation_id="sign_in_list", responses=SignInListOutput)
    def get(self, request: Request) -> Response:
        found = selectors.sign_ins_of(user_id=self.caller.id)
        return Response({"results": rendered_many(SignInOutput, found)})


class SessionApi(Api):
    """One of your sessions."""

    @extend_schema(operation_id="session_end", responses={204: None})
    def delete(self, request: Request, session_id: UUID) -> Response:
        """Sign out there; doing it again changes nothing."""
        session_end(user_id=self.caller.id, session_id=session_id)
        return Response(status=204)


class JwksApi(Api):
    """The public keys that access tokens are verified with (RFC 7517)."""

    public = True
    authentication_classes = ()
    cache_control = f"public, max-age={int(settings.JWKS_MAX_AGE.total_seconds())}"

    @extend_schema(responses=JwksOutput)
    def get(self, request: Request) -> Response:
        return Response(key_ring().jwks())
