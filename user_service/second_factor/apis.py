"""API of the second factor: the code at a sign-in, turning it on and off, recovery codes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed
from servicekit.api.views import Api
from user_service.accounts import selectors
from user_service.accounts.password_apis import BUSY
from user_service.accounts.services import (
    recovery_codes_renew,
    second_factor_turn_off,
    second_factor_turn_on,
    user_sign_in_finish,
)
from user_service.second_factor.serializers import (
    EXAMPLE_CHALLENGE,
    EXAMPLE_SECRET,
    RecoveryCodesOutput,
    SecondFactorInput,
    SecondFactorOutput,
    SecondFactorProofInput,
    SignInFinishInput,
    state_json,
)
from user_service.sessions.clients import client_of
from user_service.sessions.serializers import TokenPairOutput, token_pair_json

_WAIT = _(
    "`too_many_attempts`: wrong passwords or codes; `rate_limited`; or `profile_quota_exceeded` until "
    "midnight UTC."
)


class SignInFinishApi(Api):
    """Finish a sign-in that was answered with `second_factor_required`."""

    public = True
    authentication_classes = ()
    refusals = {
        "401": _("`challenge_invalid`: it took more than five minutes, or the password was changed."),
        "429": _(
            "`too_many_attempts`: wrong codes; `rate_limited` of this address; or `sign_in_quota_exceeded` "
            "until midnight UTC."
        ),
    }

    @extend_schema(
        operation_id="sign_in_finish",
        request=SignInFinishInput,
        responses=TokenPairOutput,
        examples=[body_example({"challenge": EXAMPLE_CHALLENGE, "code": "123456"}, "With your own code")],
    )
    def post(self, request: Request) -> Response:
        """Exchange the challenge and a code for a pair of tokens."""
        return Response(
            token_pair_json(
                user_sign_in_finish(**parsed(SignInFinishInput, request.data), client=client_of(request))
            )
        )


class SecondFactorApi(Api):
    """Your second factor: an app that shows a code, which is asked for at each sign-in."""

    read_scope = None
    refusals = {"409": _("`second_factor_on`: it is on already."), "429": _WAIT, "503": BUSY}

    @extend_schema(operation_id="second_factor", responses=SecondFactorOutput)
    def get(self, request: Request) -> Response:
        """Whether it is on. If not, with a secret for your app: a new one each time, which nothing keeps."""
        return Response(state_json(selectors.user_get(user_id=self.caller.id)))

    @extend_schema(
        operation_id="second_factor_turn_on",
        request=SecondFactorInput,
        responses={201: RecoveryCodesOutput},
        examples=[
            body_example(
                {"secret": EXAMPLE_SECRET, "code": "123456", "password": "three-green-apples"},
                "With your own code",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Turn it on with a code of your app. All other sessions end; API keys go on working."""
        codes = second_factor_turn_on(
            user_id=self.caller.id,
            session_id=self.caller.session_id,
            client=client_of(request),
            **parsed(SecondFactorInput, request.data),
        )
        return Response({"recovery_codes": codes}, status=201)


class SecondFactorOffApi(Api):
    """Do without the second factor again."""

    refusals = {
        "409": _("`second_factor_off`: there is none; `second_factor_obligatory`: operators need it here."),
        "429": _WAIT,
        "503": BUSY,
    }

    @extend_schema(
        operation_id="second_factor_turn_off",
        request=SecondFactorProofInput,
        responses={204: None},
        examples=[body_example({"code": "123456", "password": "three-green-apples"}, "With your own code")],
    )
    def post(self, request: Request) -> Response:
        """Turn it off with a code of your app, or a recovery code. All other sessions end."""
        second_factor_turn_off(
            user_id=self.caller.id,
            session_id=self.caller.session_id,
            client=client_of(request),
            **parsed(SecondFactorProofInput, request.data),
        )
        return Response(status=204)


class RecoveryCodesApi(Api):
    """The codes for when your app is lost; each works once."""

    refusals = {"409": _("`second_factor_off`: there is none."), "429": _WAIT, "503": BUSY}

    @extend_schema(
        operation_id="recovery_codes_renew",
        request=SecondFactorProofInput,
        responses={201: RecoveryCodesOutput},
        examples=[body_example({"code": "123456", "password": "three-green-apples"}, "With your own code")],
    )
    def post(self, request: Request) -> Response:
        """New ones in place of the old ones; the response has them, and nothing shows them again."""
        codes = recovery_codes_renew(
            user_id=self.caller.id, client=client_of(request), **parsed(SecondFactorProofInput, request.data)
        )
        return Response({"recovery_codes": codes}, status=201)
