"""HTTP of sessions: refresh, sign out, the public keys."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.views import Api
from user_service.sessions.keys import key_ring
from user_service.sessions.models import RevokedReason
from user_service.sessions.serializers import (
    JwksSerializer,
    RefreshSerializer,
    TokenPairSerializer,
    token_pair_json,
)
from user_service.sessions.services import session_refresh, session_revoke


class TokenRefreshApi(Api):
    """Exchange the refresh token for a new pair. Each is good once; used again it ends the session."""

    public = True
    authentication_classes = ()

    @extend_schema(request=RefreshSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        body = RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(token_pair_json(session_refresh(refresh=body.validated_data["refresh"])))


class LogoutApi(Api):
    """Sign out: end the session that the access token belongs to."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        session_revoke(session_id=self.caller.session_id, reason=RevokedReason.SIGNED_OUT)
        return Response(status=204)


class JwksApi(Api):
    """The public keys that access tokens are verified with (RFC 7517)."""

    public = True
    authentication_classes = ()
    cache_control = f"public, max-age={int(settings.JWKS_MAX_AGE.total_seconds())}"

    @extend_schema(responses=JwksSerializer)
    def get(self, request: Request) -> Response:
        return Response(key_ring().jwks())
