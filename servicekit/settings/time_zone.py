"""The time zone of the market's days, which several services must have alike."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured


def venue_time_zone(name: str) -> ZoneInfo:
    """A time zone of the IANA database, such as ``Europe/Moscow``; UTC if it is empty.

    Raises:
        ImproperlyConfigured: there is no such zone.
    """
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(f"BIRZHA_VENUE_TIME_ZONE must be a time zone, not {name!r}.") from None
