"""What canaries ask of whatever runs the services: supervisord, containers, a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from gateway.canary.state import Version
from gateway.config.names import canary_cluster


@dataclass(frozen=True)
class Instance:
    """A service's first version, or its canary beside it."""

    service: str
    canary: bool = False

    @property
    def name(self) -> str:
        """``trading`` or ``trading-canary``; where that listens, gateway.yaml's targets say."""
        return canary_cluster(self.service) if self.canary else self.service


@dataclass(frozen=True)
class Process:
    """One process of an instance.

    Attributes:
        name: for people.
        run: identifies its present run: another value after each start.
        state: ``starting`` until it has stayed up for a while.
    """

    name: str
    run: str
    state: Literal["starting", "running", "ended"]


class Runner(Protocol):
    """Every call may raise OSError when what runs the services does not answer."""

    def start(self, instance: Instance, version: Version) -> None:
        """Start everything that an instance consists of; does not wait until it serves."""

    def stop(self, instance: Instance) -> None:
        """Stop all of it; returns when it has ended. It may be gone already."""

    def processes(self, instance: Instance) -> list[Process]:
        """What it consists of, and how each of them is."""

    def endpoint(self, instance: Instance) -> str:
        """Where it serves ``/readyz`` to this process: ``unix:<path>`` or ``<host>:<port>``."""

    def failed_events(self, instance: Instance) -> int:
        """How often its handlers of events have failed since it started.

        Raises:
            OSError: it does not answer, or handles none.
        """

    def share_events(self, service: str, percent: int) -> None:
        """Let the canary handle so many percent of the service's events, the first version the others."""

    def forget(self, service: str) -> None:
        """The service has no canary any more: give up what was kept for it, its share of the events too."""
