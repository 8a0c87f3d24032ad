"""API of accounts: sign up, sign in, one's own profile."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import LOCATION, body_example
from servicekit.api.serializers import parsed, rendered
from servicekit.api.views import Api
from user_service.accounts import selectors
from user_service.accounts.models import Locale
from user_service.accounts.password_apis import BUSY
from user_service.accounts.serializers import (
    CredentialsInput,
    ProfileInput,
    ProfileOutput,
    RegistrationInput,
    RegistrationOutput,
)
from user_service.accounts.services import (
    user_register,
    user_sign_in,
    user_sign_up,
    user_update,
)
from user_service.sessions.clients import client_of
from user_service.sessions.serializers import TokenPairOutput, token_pair_json


class UserRegisterApi(Api):
    """Sign up."""

    public = True
    authentication_classes = ()
    refusals = {
        "429": _("`rate_limited`, or `sign_up_quota_exceeded` of this address until midnight UTC."),
        "503": BUSY,
    }

    @extend_schema(
        parameters=[LOCATION],
        request=RegistrationInput,
        responses={201: RegistrationOutput, 200: RegistrationOutput},
        examples=[
            body_example({"username": "anna", "email": "anna@example.com", "password": "three-green-apples"})
        ],
    )
    def post(self, request: Request) -> Response:
        """Make an account; with ``sign_in`` also a session, and both again (200) for who lost the answer."""
        fields = {"locale": _request_locale(), **parsed(RegistrationInput, request.data)}
        wants_tokens, replaces = fields.pop("sign_in"), fields.pop("replaces")
        headers = {"Location": "/api/v1/users/me"}
        if not wants_tokens:
            user = user_register(**fields, client=client_of(request))
            return Response(rendered(ProfileOutput, user), status=201, headers=headers)
        done = user_sign_up(**fields, client=client_of(request), replaces=replaces)
        answer = {**rendered(ProfileOutput, done.user), "tokens": token_pair_json(done.tokens)}
        return Response(answer, status=201 if done.is_new else 200, headers=headers)


class ProfileApi(Api):
    """The user's own profile."""

    refusals = {"429": _("`rate_limited`, or of a change `profile_quota_exceeded` until midnight UTC.")}

    @extend_schema(responses=ProfileOutput)
    def get(self, request: Request) -> Response:
        return Response(rendered(ProfileOutput, selectors.user_get(user_id=self.caller.id)))

    @extend_schema(
        request=ProfileInput,
        responses=ProfileOutput,
        examples=[body_example({"display_name": "Anna", "locale": "en", "time_zone": "Europe/Moscow"})],
    )
    def patch(self, request: Request) -> Response:
        user = user_update(user_id=self.caller.id, **parsed(ProfileInput, request.data, partial=True))
        return Response(rendered(ProfileOutput, user))


class TokenObtainApi(Api):
    """Sign in: exchange a username or e-mail and a password for a pair of tokens."""

    public = True
    authentication_classes = ()
    refusals = {
        "401": _(
            "`invalid_credentials`: no such user, or a wrong password; `second_factor_required`: the "
            "password is right, send it again with `code`, or the `challenge` of this answer to "
            "`/api/v1/auth/token/second-factor`."
        ),
        "429": _(
            "`too_many_attempts` for this name, `rate_limited` of this address, or `sign_in_quota_exceeded` "
            "until midnight UTC."
        ),
        "503": BUSY,
    }

    @extend_schema(
        request=CredentialsInput,
        responses=TokenPairOutput,
        examples=[body_example({"username": "anna", "password": "three-green-apples"})],
    )
    def post(self, request: Request) -> Response:
        body = parsed(CredentialsInput, request.data)
        pair = user_sign_in(
            identifier=body["username"],
            password=body["password"],
            client=client_of(request),
            replaces=body["replaces"],
            code=body["code"],
        )
        return Response(token_pair_json(pair))


def _request_locale() -> str:
    """The language of the request, for who does not name one."""
    language = (get_language() or "")[:2]
    return language if language in Locale.values else Locale.EN
