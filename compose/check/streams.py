"""Checks of what stands on the Redis streams, read as the auditor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compose.check.model import Finding
from compose.check.snapshot import Snapshot


@dataclass(frozen=True)
class CaughtUp:
    """A subscriber's consumer group has read, and acknowledged, all of a publisher's stream.

    What is not read is looked for itself, not by the group's ``lag``: Redis does not know it any more
    once entries were deleted.

    Attributes:
        publisher, subscriber: services; the group has the subscriber's name.
    """

    publisher: str
    subscriber: str

    services: ClassVar[tuple[str, ...]] = ()
    light: ClassVar[bool] = True
    streams: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return f"{self.subscriber} has not done with all of {self._stream}"

    @property
    def _stream(self) -> str:
        return f"events:{self.publisher}"

    def run(self, snapshot: Snapshot) -> Finding:
        """One violation, with how much is behind; or none."""
        finding = Finding(self)
        redis = snapshot.streams
        groups = redis.xinfo_groups(self._stream) if redis.exists(self._stream) else []
        group = next((group for group in groups if group["name"] == self.subscriber), None)
        if group is None:
            finding.add({"stream": self._stream, "group": self.subscriber, "problem": "no such group"})
            return finding
        unread = redis.xrange(self._stream, min=f"({group['last-delivered-id']}", count=1)
        if unread or group["pending"]:
            finding.add(
                {
                    "stream": self._stream,
                    "group": self.subscriber,
                    "unacknowledged": group["pending"],
                    "unread_from": unread[0][0] if unread else None,
                    "unread": group.get("lag") if unread else 0,
                }
            )
        return finding
