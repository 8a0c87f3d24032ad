"""The subscribers' groups on this service's stream, and the progress of each.

They are remembered in the database: after Redis has lost everything, a subscriber that is down is not
forgotten. What a group has acknowledged is committed in its inbox, so its mark only ever rises.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from servicekit.messaging import streams
from servicekit.messaging.models import StreamGroup, StreamState
from servicekit.messaging.publish.redis_groups import ORIGIN, Group, Key, read_groups, text

# An entry's number is two numbers, which the ORM cannot compare as a pair.
_DELETE_CONFIRMED = f"DELETE FROM outbox_batches WHERE {streams.LAST_ENTRY_KEY} <= (%s, %s)"


def record(found: list[Group]) -> Key | None:
    """Note who reads the stream and how far they are.

    Returns:
        What every known group has acknowledged; None while no group has ever been seen. It is kept as
        :attr:`StreamState.confirmed` as well.
    """
    with transaction.atomic():
        StreamState.objects.get_or_create(pk=1)
        state = StreamState.objects.select_for_update().get()
        known = {group.name: streams.entry_key(group.acknowledged) for group in StreamGroup.objects.all()}
        for group in found:
            known[group.name] = max(group.acknowledged, known.get(group.name, ORIGIN))
        StreamGroup.objects.bulk_create(
            [
                StreamGroup(name=g.name, acknowledged=text(known[g.name]), seen_at=timezone.now())
                for g in found
            ],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["acknowledged", "seen_at"],
        )
        if not known:
            return None
        confirmed = min(known.values())
        if text(confirmed) != state.confirmed:
            StreamState.objects.update(confirmed=text(confirmed))
            _delete_confirmed(confirmed)
        return confirmed


def _delete_confirmed(confirmed: Key) -> None:
    """What every subscriber has acknowledged is never sent again."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_CONFIRMED, list(confirmed))


def forget(name: str) -> bool:
    """A service that will never read this stream again no longer holds anything back.

    Returns:
        Whether it was known.

    Raises:
        redis.RedisError: Redis does not answer; nothing has changed.
    """
    client, stream = streams.shared(), streams.stream_of(settings.SERVICE_NAME)
    destroyed = any(group.name == name for group in read_groups(client, stream)) and bool(
        client.xgroup_destroy(stream, name)
    )
    return bool(StreamGroup.objects.filter(name=name).delete()[0]) or destroyed
