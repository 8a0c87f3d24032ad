"""Reads of contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from notification_service.delivery.models import Channel

_IN_APP = (Channel.IN_APP,)


def channels_for(*, user_ids: Iterable[UUID], kind: str) -> Mapping[UUID, Sequence[Channel]]:
    """The channels that news of this kind reaches each user over: the in-app inbox, always."""
    return dict.fromkeys(user_ids, _IN_APP)
