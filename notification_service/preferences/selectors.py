"""Reads of preferences, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notification_service.kinds import URGENT, Channel, Kind, channels_by_default
from notification_service.preferences.errors import UnsubscribeLinkInvalid
from notification_service.preferences.models import GATHER_S, Preferences
from notification_service.preferences.unsubscribe import Unsubscription, unsubscribe_read

#: Programs have no nights: a webhook is called at once.
QUIET_CHANNELS = frozenset({Channel.EMAIL, Channel.MESSENGER})

_DEFAULTS = " ".join(f"WHEN '{kind.value}' THEN '{','.join(channels_by_default(kind))}'" for kind in Kind)
_TABLE = Preferences._meta.db_table
#: SQL: the external channels of the news ``new`` of a user, joined by commas.
CHANNELS_SQL = f"""COALESCE(
    (SELECT chosen ->> new.kind FROM {_TABLE} AS preferences WHERE preferences.user_id = new.user_id),
    CASE new.kind {_DEFAULTS} ELSE '' END
)"""
#: SQL: how many seconds the fills of the user of ``added`` are gathered.
GATHER_SQL = f"""COALESCE(
    (SELECT gather_s FROM {_TABLE} AS preferences WHERE preferences.user_id = added.user_id), {GATHER_S}
)"""


def preferences_of(user_ids: Iterable[UUID]) -> dict[UUID, Preferences]:
    """Every user's preferences: what they chose, or the defaults."""
    wanted = set(user_ids)
    known = {each.user_id: each for each in Preferences.objects.filter(user_id__in=wanted)}
    return {user_id: known.get(user_id) or Preferences(user_id=user_id) for user_id in wanted}


def channels_of(preferences: Preferences, kind: Kind) -> tuple[Channel, ...]:
    """The external channels that a user has for a kind."""
    chosen = preferences.chosen.get(kind.value)
    if chosen is None:
        return channels_by_default(kind)
    return tuple(Channel(name) for name in chosen.split(",") if name)


def unsubscription_get(*, token: str) -> Unsubscription:
    """What a link stops.

    Args:
        token: of a link in a message.

    Raises:
        UnsubscribeLinkInvalid: it is none of ours, or of what nobody can do without.
    """
    what = unsubscribe_read(token)
    if what is None or what.kind in URGENT:
        raise UnsubscribeLinkInvalid
    return what


def quiet_until(preferences: Preferences, *, channel: str, kind: str, now: datetime) -> datetime | None:
    """When a message may go that now would disturb; None if it may go now.

    Args:
        now: an aware time; so is what is returned, in UTC.
    """
    start, end = preferences.quiet_from, preferences.quiet_until
    if start is None or end is None or channel not in QUIET_CHANNELS or kind in URGENT:
        return None
    local = now.astimezone(_zone(preferences.time_zone))
    clock = local.time().replace(tzinfo=None)
    quiet = start <= clock < end if start < end else clock >= start or clock < end
    if not quiet:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    # wall-clock time, whatever the offset is by then
    until = datetime.combine(day, end, tzinfo=local.tzinfo).astimezone(UTC)
    return max(until, now + timedelta(seconds=1))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
