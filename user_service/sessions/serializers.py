"""Serializers of tokens and sessions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from servicekit.api.serializers import StrictSerializer, TextField
from user_service.sessions.models import Session, SignIn
from user_service.sessions.services import TokenPair


class RefreshInput(StrictSerializer):
    """Body of POST ``/api/v1/auth/token/refresh``."""

    refresh = TextField(max_length=4096)


class TokenPairOutput(StrictSerializer):
    """The response to signing in and refreshing."""

    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)
    token_type = serializers.CharField(read_only=True, help_text="Bearer")
    expires_in = serializers.IntegerField(read_only=True, help_text="seconds that the access token is good")


class SessionOutput(serializers.ModelSerializer):
    """One session of a user."""

    browser = serializers.CharField(help_text="in words, such as Firefox on Windows")
    address = serializers.IPAddressField(source="ip", allow_null=True)
    current = serializers.SerializerMethodField(help_text="the session of this very request")

    class Meta:
        model = Session
        fields = ("id", "browser", "address", "created_at", "last_seen_at", "expires_at", "current")
        read_only_fields = fields

    def get_current(self, session: Session) -> bool:
        return bool(session.id == self.context.get("current"))


class SignInOutput(serializers.ModelSerializer):
    """Sign-in attempts of one hour with the same client and outcome."""

    browser = serializers.CharField(help_text="in words, such as Firefox on Windows")
    address = serializers.IPAddressField(source="ip", allow_null=True)
    count = serializers.IntegerField(help_text="how often it was tried")
    last_at = serializers.DateTimeField(help_text="the last time")

    class Meta:
        model = SignIn
        fields = (
            "id",
            "outcome",
            "method",
            "last_at",
            "count",
            "browser",
            "address",
            "new_device",
            "new_address",
        )
        read_only_fields = fields


class SignInListOutput(serializers.Serializer):
    """The latest sign-in attempts, the latest first."""

    results = SignInOutput(many=True)


class SessionListOutput(serializers.Serializer):
    """A user's sessions, the most recently used first."""

    results = SessionOutput(many=True)


class JwkOutput(StrictSerializer):
    """One public RSA key (RFC 7517)."""

    kid = serializers.CharField(read_only=True)
    kty = serializers.CharField(read_only=True)
    use = serializers.CharField(read_only=True)
    alg = serializers.CharField(read_only=True)
    n = serializers.CharField(read_only=True)
    e = serializers.CharField(read_only=True)


class JwksOutput(StrictSerializer):
    """All keys that tokens may be signed with."""

    keys = JwkOutput(many=True, read_only=True)


def token_pair_json(pair: TokenPair) -> dict[str, Any]:
    """The body that :class:`TokenPairOutput` describes."""
    return {
        "access": pair.access,
        "refresh": pair.refresh,
        "token_type": "Bearer",
        "expires_in": pair.expires_in,
    }
