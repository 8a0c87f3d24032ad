"""What a person may choose about the market: values of environment variables, checked."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from compose.local.console import CommandError

#: Where prices come from: past days once more, a random walk, or operators. What is new replays; a system
#: that was started by a version without a choice goes on with its walk.
FEEDS = ("replay", "simulated", "manual")


def feed(name: str) -> str:
    """BIRZHA_FEED."""
    if name not in FEEDS:
        raise CommandError(f"BIRZHA_FEED={name} must be {', '.join(FEEDS[:-1])} or {FEEDS[-1]}.")
    return name


def day_s(text: str) -> str:
    """BIRZHA_DAY_S."""
    if text and not (text.isdecimal() and 10 <= int(text) <= 288_000):
        raise CommandError(f"BIRZHA_DAY_S={text} must be a whole number of seconds, 10–288000.")
    return text


def day(text: str) -> str:
    """BIRZHA_REPLAY_FROM."""
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise CommandError(f"BIRZHA_REPLAY_FROM={text} must be a day, such as 2012-06-12.") from None


def time_zone(name: str) -> str:
    """A time zone of the IANA database, or none."""
    try:
        return name and ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CommandError(
            f"BIRZHA_VENUE_TIME_ZONE={name} is not a time zone such as UTC or Europe/Moscow."
        ) from None
