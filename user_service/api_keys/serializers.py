"""Serializers of API keys: requests and responses."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from servicekit.api.serializers import StrictSerializer, TextField
from servicekit.api.strict_fields import WholeNumberField
from servicekit.auth.scopes import Scope
from user_service.accounts.identifiers import display_name_normal, visible
from user_service.api_keys.models import NAME_MAX, ApiKey
from user_service.api_keys.services import ApiKeyToken

#: The longest that a key can be made for, in days.
DAYS_MAX = 3650
#: More than the length of any key.
TEXT_MAX = 256


class KeyNameField(TextField):
    """A key's name: one line of visible characters."""

    def to_internal_value(self, data: Any) -> str:
        return display_name_normal(super().to_internal_value(data))


class ApiKeyInput(StrictSerializer):
    """Body of POST ``/api/v1/users/me/api-keys``."""

    name = KeyNameField(max_length=NAME_MAX, validators=[visible])
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices), min_length=1, max_length=len(Scope),
        help_text="`read`; `trade` places, replaces and cancels orders and includes `read`",
    )  # fmt: skip
    expires_in_days = WholeNumberField(
        min_value=1, max_value=DAYS_MAX, required=False, allow_null=True, help_text="never if absent"
    )


class ApiKeyOutput(serializers.ModelSerializer):
    """One of a user's keys, without its text."""

    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    hint = serializers.CharField(help_text="the first characters of the key")
    last_used_address = serializers.IPAddressField(source="last_used_from", allow_null=True)

    class Meta:
        model = ApiKey
        fields = (
            "id", "name", "scopes", "hint", "created_at", "expires_at", "last_used_at", "last_used_address",
        )  # fmt: skip
        read_only_fields = fields


class MadeApiKeyOutput(ApiKeyOutput):
    """A new key, with its text."""

    key = serializers.CharField(help_text="shown this once; only a digest of it is stored")

    class Meta:
        model = ApiKey
        fields = (*ApiKeyOutput.Meta.fields, "key")
        read_only_fields = fields


class ApiKeyListOutput(serializers.Serializer):
    """A user's usable keys, the newest first."""

    results = ApiKeyOutput(many=True)


class ExchangeInput(StrictSerializer):
    """Body of POST ``/api/v1/auth/token/api-key``."""

    api_key = TextField(max_length=TEXT_MAX)


class ApiKeyTokenOutput(StrictSerializer):
    """The response to exchanging a key."""

    access = serializers.CharField(read_only=True)
    token_type = serializers.CharField(read_only=True, help_text="Bearer")
    expires_in = serializers.IntegerField(read_only=True, help_text="seconds that the access token is good")
    scope = serializers.CharField(read_only=True, help_text="what it allows, in words separated by spaces")


def api_key_token_json(token: ApiKeyToken) -> dict[str, Any]:
    """The body that :class:`ApiKeyTokenOutput` describes."""
    return {
        "access": token.access,
        "token_type": "Bearer",
        "expires_in": token.expires_in,
        "scope": token.scope,
    }
