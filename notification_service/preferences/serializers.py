"""Serializers of preferences: requests and responses."""

from __future__ import annotations

from datetime import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.kinds import EXTERNAL, URGENT, Channel, Kind
from notification_service.preferences.models import GATHER_S, Preferences
from notification_service.preferences.selectors import channels_of
from servicekit.api.serializers import OutputSerializer, StrictSerializer, TextField, shown
from servicekit.api.strict_fields import WholeNumberField
from servicekit.api.time_zones import TimeZoneField

LONGEST_GATHER_S = 24 * 3600
#: A user's own programs listen on these, or high above.
WEB_PORTS, LOWEST_OTHER_PORT = (80, 443), 1024

_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        kind.value: {"type": "array", "items": {"type": "string", "enum": [c.value for c in EXTERNAL]}}
        for kind in Kind
    },
}


@extend_schema_field(_SCHEMA)
class ChannelsField(serializers.Field):
    """Kind → the channels that it goes over besides the inbox."""

    default_error_messages = {
        "invalid": _("Must be an object: a kind of notification, and its channels as a list."),
        "kind_unknown": _("There is no such kind of notification: %(value)s."),
        "channel_unknown": _("Must be one of %(limit)s, not %(value)s."),
    }

    def to_internal_value(self, data: Any) -> dict[Kind, list[Channel]]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return {self._kind(name): self._channels(wanted) for name, wanted in data.items()}

    def to_representation(self, value: Any) -> Any:
        return value

    def _kind(self, name: Any) -> Kind:
        if name not in Kind.values:
            self._refuse("kind_unknown", value=shown(str(name)))
        return Kind(name)

    def _channels(self, wanted: Any) -> list[Channel]:
        if not isinstance(wanted, list):
            self.fail("invalid")
        for name in wanted:
            if name not in EXTERNAL:
                self._refuse("channel_unknown", limit=", ".join(EXTERNAL), value=shown(str(name)))
        return [Channel(name) for name in wanted]

    def _refuse(self, code: str, **values: str) -> None:
        raise serializers.ValidationError(str(self.error_messages[code]) % values, code="invalid_choice")


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class ClockField(serializers.Field):
    """Hours and minutes of a wall clock: ``22:30``."""

    default_error_messages = {"invalid": _("Must be a time such as 22:30.")}

    def to_internal_value(self, data: Any) -> time:
        try:
            if not (isinstance(data, str) and len(data) == len("22:30")):
                raise ValueError
            return time.fromisoformat(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: time) -> str:
        return value.strftime("%H:%M")


class PreferencesInput(StrictSerializer):
    """Body of PUT ``/api/v1/notification-preferences``; what is left out has its default."""

    channels = ChannelsField(required=False, default=dict)
    quiet_from = ClockField(required=False, allow_null=True, default=None)
    quiet_until = ClockField(required=False, allow_null=True, default=None)
    time_zone = TimeZoneField(required=False, default="UTC", help_text="IANA name, such as Europe/Moscow")
    gather_s = WholeNumberField(required=False, min_value=0, max_value=LONGEST_GATHER_S, default=GATHER_S)
    webhook_url = TextField(required=False, allow_blank=True, max_length=500, default="")
    messenger_url = TextField(required=False, allow_blank=True, max_length=500, default="")

    def validate_webhook_url(self, url: str) -> str:
        """An address of the web; where it leads is looked at when something is sent."""
        if url and not _is_web_address(url):
            detail = _("Must be an address such as https://example.org/hook, without a password.")
            raise serializers.ValidationError(detail, code="webhook_url_invalid")
        return url

    def validate_messenger_url(self, url: str) -> str:
        """An address of a messenger that is offered here."""
        scheme, separator, _rest = url.partition("://")
        if url and not (scheme in settings.MESSENGERS and separator and url.isprintable()):
            detail = _("Must be an Apprise URL that begins with one of: %(limit)s.")
            raise serializers.ValidationError(
                str(detail) % {"limit": ", ".join(settings.MESSENGERS) or "–"}, code="messenger_url_invalid"
            )
        return url

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        start, end = values["quiet_from"], values["quiet_until"]
        if (start is None) != (end is None) or (start is not None and start == end):
            detail = _("Quiet hours have a beginning and an end, which differ.")
            raise serializers.ValidationError({"quiet_until": [detail]}, code="quiet_hours_invalid")
        return values


class PreferencesOutput(OutputSerializer):
    """What a user has: of every kind its channels, chosen or by default."""

    channels = serializers.SerializerMethodField()
    quiet_from = ClockField(allow_null=True)
    quiet_until = ClockField(allow_null=True)
    time_zone = serializers.CharField()
    gather_s = serializers.IntegerField()
    webhook_url = serializers.CharField()
    webhook_secret = serializers.CharField()
    messenger_url = serializers.CharField()
    messengers = serializers.SerializerMethodField()
    always = serializers.SerializerMethodField()

    @extend_schema_field(_SCHEMA)
    def get_channels(self, preferences: Preferences) -> dict[str, list[str]]:
        return {kind.value: [c.value for c in channels_of(preferences, kind)] for kind in Kind}

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_messengers(self, preferences: Preferences) -> list[str]:
        """The beginnings of messengers' addresses that are taken here; none without apprise."""
        return list(settings.MESSENGERS)

    @extend_schema_field(_SCHEMA)
    def get_always(self, preferences: Preferences) -> dict[str, list[str]]:
        """The channels that cannot be left out."""
        return {kind.value: [Channel.EMAIL.value] for kind in sorted(URGENT)}


class UnsubscribedOutput(serializers.Serializer):
    """What a link stops."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    channel = serializers.ChoiceField(choices=[(c.value, c.label) for c in EXTERNAL])


def _is_web_address(url: str) -> bool:
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url and "@" not in address.netloc
    right_port = port is None or port in WEB_PORTS or port >= LOWEST_OTHER_PORT
    return address.scheme in ("http", "https") and bool(address.hostname) and plain and right_port
