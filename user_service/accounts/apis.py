"""HTTP of accounts: sign up, sign in, the own profile."""

from __future__ import annotations

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.views import Api
from user_service.accounts import selectors
from user_service.accounts.errors import FieldsRefused
from user_service.accounts.models import Locale
from user_service.accounts.serializers import (
    CredentialsSerializer,
    ProfileSerializer,
    RegistrationSerializer,
    field_errors,
)
from user_service.accounts.services import user_register, user_sign_in, user_update
from user_service.sessions.clients import client_of
from user_service.sessions.serializers import TokenPairSerializer, token_pair_json


class UserRegisterApi(Api):
    """Sign up."""

    public = True
    authentication_classes = ()

    @extend_schema(request=RegistrationSerializer, responses={201: ProfileSerializer})
    def post(self, request: Request) -> Response:
        body = RegistrationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        fields = {"locale": _request_locale(), **body.validated_data}
        try:
            user = user_register(**fields)
        except FieldsRefused as refused:
            raise field_errors(refused) from None
        return Response(ProfileSerializer(user).data, status=201, headers={"Location": "/api/v1/users/me"})


class ProfileApi(Api):
    """The own profile."""

    @extend_schema(responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(ProfileSerializer(selectors.user_get(user_id=self.caller.id)).data)

    @extend_schema(request=ProfileSerializer, responses=ProfileSerializer)
    def patch(self, request: Request) -> Response:
        body = ProfileSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        try:
            user = user_update(user_id=self.caller.id, **body.validated_data)
        except FieldsRefused as refused:
            raise field_errors(refused) from None
        return Response(ProfileSerializer(user).data)


class TokenObtainApi(Api):
    """Sign in: a name (or e-mail) and a password for a pair of tokens."""

    public = True
    authentication_classes = ()

    @extend_schema(request=CredentialsSerializer, responses=TokenPairSerializer)
    def post(self, request: Request) -> Response:
        body = CredentialsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        pair = user_sign_in(
            identifier=body.validated_data["username"],
            password=body.validated_data["password"],
            client=client_of(request),
        )
        return Response(token_pair_json(pair))


def _request_locale() -> str:
    """The language of the request, for who does not name one."""
    language = (get_language() or "")[:2]
    return language if language in Locale.values else Locale.EN
