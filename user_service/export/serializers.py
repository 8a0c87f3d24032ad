"""Serializers of the export of one's data."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from servicekit.api.serializers import rendered
from user_service.accounts.models import AccountLink
from user_service.accounts.serializers import ProfileOutput
from user_service.api_keys.models import ApiKey
from user_service.closings.serializers import ClosingOutput
from user_service.export.selectors import UserData
from user_service.sessions.models import Session
from user_service.sessions.serializers import SignInOutput


class ExportedSessionOutput(serializers.ModelSerializer):
    """A session, open or ended."""

    address = serializers.IPAddressField(source="ip", allow_null=True)

    class Meta:
        model = Session
        fields = (
            "id", "user_agent", "address", "created_at", "last_seen_at", "expires_at", "revoked_at",
            "revoked_reason",
        )  # fmt: skip


class ExportedApiKeyOutput(serializers.ModelSerializer):
    """An API key, usable or not; of its text only the beginning is known."""

    class Meta:
        model = ApiKey
        fields = (
            "id", "name", "scopes", "hint", "created_at", "expires_at", "last_used_at", "last_used_from",
            "revoked_at",
        )  # fmt: skip


class EmailChangeOutput(serializers.ModelSerializer):
    """An address that was wanted; links are forgotten when they expire."""

    class Meta:
        model = AccountLink
        fields = ("email", "created_at", "expires_at", "used_at")


class ExportOutput(serializers.Serializer):
    """All that user_service knows of you: of each list the latest 2,000."""

    made_at = serializers.DateTimeField()
    profile = ProfileOutput()
    sessions = ExportedSessionOutput(many=True)
    sign_ins = SignInOutput(many=True)
    api_keys = ExportedApiKeyOutput(many=True)
    email_changes = EmailChangeOutput(many=True)
    closings = ClosingOutput(many=True)


def export_json(known: UserData) -> dict[str, Any]:
    """The body that :class:`ExportOutput` describes."""
    return rendered(ExportOutput, {"made_at": timezone.now(), "profile": known.user, **known._asdict()})
