"""API of API keys: list, make, revoke, exchange for an access token."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed, rendered, rendered_many
from servicekit.api.views import Api
from user_service.api_keys import selectors
from user_service.api_keys.serializers import (
    ApiKeyInput,
    ApiKeyListOutput,
    ApiKeyOutput,
    ApiKeyTokenOutput,
    ExchangeInput,
    MadeApiKeyOutput,
    api_key_token_json,
)
from user_service.api_keys.services import api_key_exchange, api_key_make, api_key_revoke
from user_service.sessions.clients import client_of


class ApiKeyListApi(Api):
    """Your API keys: what programs of yours sign in with."""

    read_scope = None
    refusals = {"409": _("`too_many_api_keys`: revoke one that you no longer use.")}

    @extend_schema(operation_id="api_key_list", responses=ApiKeyListOutput)
    def get(self, request: Request) -> Response:
        """The usable ones, the newest first."""
        found = selectors.api_keys_of(user_id=self.caller.id)
        return Response({"results": rendered_many(ApiKeyOutput, found)})

    @extend_schema(
        operation_id="api_key_make",
        request=ApiKeyInput,
        responses={201: MadeApiKeyOutput},
        examples=[body_example({"name": "my bot", "scopes": ["read", "trade"]})],
    )
    def post(self, request: Request) -> Response:
        """Make a key. The response has its text, which is not shown again."""
        made = api_key_make(user_id=self.caller.id, **parsed(ApiKeyInput, request.data))
        return Response({**rendered(ApiKeyOutput, made.row), "key": made.text}, status=201)


class ApiKeyApi(Api):
    """One of your API keys."""

    read_scope = None

    @extend_schema(operation_id="api_key_revoke", responses={204: None})
    def delete(self, request: Request, key_id: UUID) -> Response:
        """Revoke it: it gives no tokens any more, and those that it gave are refused."""
        api_key_revoke(user_id=self.caller.id, key_id=key_id)
        return Response(status=204)


class ApiKeyExchangeApi(Api):
    """Exchange an API key for an access token; when that has expired, exchange it again."""

    public = True
    authentication_classes = ()
    refusals = {"401": _("`api_key_invalid`: the key is unknown, was revoked or has expired.")}

    @extend_schema(
        operation_id="api_key_exchange",
        request=ExchangeInput,
        responses=ApiKeyTokenOutput,
        examples=[body_example({"api_key": "birzha_ and the rest of your key"}, "With your own key")],
    )
    def post(self, request: Request) -> Response:
        token = api_key_exchange(
            text=parsed(ExchangeInput, request.data)["api_key"], client=client_of(request)
        )
        return Response(api_key_token_json(token))
