"""Serializers of the inbox: requests and responses."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.inbox import texts
from notification_service.inbox.models import Kind, Notification
from servicekit.api.serializers import InstantField, OutputSerializer, StrictSerializer
from servicekit.api.strict_fields import FlagField, IdField


class NotificationOutput(OutputSerializer):
    """A notification, written in the language of the request."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    order_id = serializers.UUIDField(allow_null=True)
    read = serializers.SerializerMethodField()
    read_at = InstantField(allow_null=True)
    created_at = InstantField()

    def get_title(self, notification: Notification) -> str:
        return texts.text_of(notification.kind, notification.params).title

    def get_body(self, notification: Notification) -> str:
        return texts.text_of(notification.kind, notification.params).body

    @extend_schema_field(bool)
    def get_read(self, notification: Notification) -> bool:
        return notification.read_at is not None


class NotificationQuery(StrictSerializer):
    """The query of the list."""

    unread = FlagField(required=False, allow_null=True, default=None)


class ReadAllInput(StrictSerializer):
    """Body of POST ``/api/v1/notifications/read-all``; may be absent."""

    up_to = IdField(required=False, help_text="id of the newest notification that was shown")


class UnreadCountOutput(serializers.Serializer):
    """How many notifications are unread."""

    unread_count = serializers.IntegerField(min_value=0)


class NotificationPageOutput(UnreadCountOutput):
    """A page of the inbox; ``next`` and ``previous`` are URLs, null at the ends."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = NotificationOutput(many=True)
