"""Serializers of the second factor: requests and responses."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from servicekit.api.serializers import TextField
from user_service.accounts.models import User
from user_service.accounts.serializers import SecretInput, password_field, replaces_field
from user_service.accounts.services.challenges import CHALLENGE_MAX
from user_service.second_factor.codes import CODE_MAX, RECOVERY_CODES, provisioning_uri, secret_new
from user_service.second_factor.selectors import factor_of, is_obligatory, recovery_codes_left

#: How they look.
EXAMPLE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EXAMPLE_CHALLENGE = "the challenge of the refusal"
_SECRET_MAX = 64


def code_field(**more: Any) -> TextField:
    """A code of an app, or a recovery code."""
    return TextField(
        max_length=CODE_MAX, help_text="six digits of your app, or a recovery code; each works once", **more
    )


class SignInFinishInput(SecretInput):
    """Body of POST ``/api/v1/auth/token/second-factor``."""

    challenge = TextField(max_length=CHALLENGE_MAX, help_text="`challenge` of `second_factor_required`")
    code = code_field()
    replaces = replaces_field()


class SecondFactorProofInput(SecretInput):
    """Body of what somebody with a second factor has to prove: password and code."""

    code = code_field()
    password = password_field()


class SecondFactorInput(SecondFactorProofInput):
    """Body of POST ``/api/v1/users/me/second-factor``."""

    secret = TextField(max_length=_SECRET_MAX, help_text="that your app was given, in Base32")
    code = TextField(max_length=CODE_MAX, help_text="six digits that your app shows now")


class SecondFactorOutput(serializers.Serializer):
    """Whether a user has a second factor, and if not, what one is turned on with."""

    turned_on_at = serializers.DateTimeField(allow_null=True, help_text="null: it is off")
    recovery_codes_left = serializers.IntegerField(help_text=f"not used yet, of {RECOVERY_CODES}")
    obligatory = serializers.BooleanField(help_text="operators may not turn it off")
    new_secret = serializers.CharField(allow_null=True, help_text="for your app, in Base32; null: it is on")
    uri = serializers.CharField(allow_null=True, help_text="the same as apps read it from a QR code")


class RecoveryCodesOutput(serializers.Serializer):
    """New recovery codes."""

    recovery_codes = serializers.ListField(
        child=serializers.CharField(), help_text="shown this once; only digests of them are stored"
    )


def state_json(user: User) -> dict[str, Any]:
    """The body that :class:`SecondFactorOutput` describes."""
    factor = factor_of(user_id=user.id)
    secret = None if factor else secret_new()
    return {
        "turned_on_at": serializers.DateTimeField().to_representation(factor.turned_on_at)
        if factor
        else None,
        "recovery_codes_left": recovery_codes_left(factor=factor) if factor else 0,
        "obligatory": is_obligatory(is_staff=user.is_staff),
        "new_secret": secret,
        "uri": provisioning_uri(secret=secret, username=user.username) if secret else None,
    }
