"""A canary's life: started, given a share, promoted or rolled back, ended; whatever runs the services.

Each step is written down before it is done, so that the next command ends or undoes what was interrupted.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.canary import state
from gateway.canary.runner import Instance, Runner
from gateway.canary.state import Canary, Version
from gateway.runtime.canary_traffic import CanaryTraffic
from gateway.runtime.connections import connection, get

#: Requests at once that a new version answers before anybody else's, so that each of its threads has made its
#: connections and the first requests are no slower than later ones.
WARM_UP_REQUESTS = 8
_LIVE = ("starting", "serving", "promoting")


class NotServing(RuntimeError):
    """A version does not come up: the message says what it lacks, ``processes`` what it consists of."""

    def __init__(self, message: str, processes: list[str]) -> None:
        super().__init__(message)
        self.processes = processes


@dataclass(frozen=True)
class Canaries:
    """The canaries of one system. One command or controller at a time, which is the caller's business.

    Attributes:
        file: ``versions.json``.
        traffic: the gateway.
        runner: what runs the services.
        step: shown while something takes its time.
        ready_within_s: seconds that a version may take until it serves.
        drain_s: seconds that requests in flight have to come to their end; what lasts longer is a stream.
    """

    file: Path
    traffic: CanaryTraffic
    runner: Runner
    step: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
    ready_within_s: float = 120.0
    drain_s: float = 15.0

    def start(self, service: str, version: Version, percent: int) -> None:
        """Start a second version beside the first.

        Raises:
            NotServing: it does not come up; nothing is left of it.
            ConfigNotApplied: the gateway does not take it; nothing is left of it either.
        """
        with state.change(self.file) as written:
            written.canaries[service] = Canary(version, since=state.now())
        self.apply_shares()
        try:
            with self.step(f"starting {version.label} beside {written.stable_of(service).label}"):
                self._serve(Instance(service, canary=True), version)
                self.traffic.add(state.read(self.file).canaries)
        except BaseException:
            self.end(service)
            raise
        self.set_share(service, percent, f"canary started: {version.label}")

    def set_share(self, service: str, percent: int, what: str = "share changed") -> None:
        """Give a canary so many percent, from 0 to 100, of requests and events."""
        with state.change(self.file) as written:
            present = written.canaries[service]
            present.weight, present.phase = percent, "serving"
            written.note(service, what, f"{percent} %")
        self.apply_shares()

    def promote(self, service: str) -> tuple[Version, Version]:
        """The canary's version becomes the stable one.

        The canary takes everything while the first version's processes are replaced, so nothing is refused.

        Returns:
            What the service ran before, and what it runs now.

        Raises:
            NotServing, ConfigNotApplied: all is as before.
        """
        with state.change(self.file) as written:
            present, old = written.canaries[service], written.stable_of(service)
            new, weight = present.version, present.weight
            present.phase, present.weight = "promoting", 100
        try:
            with self.step(f"letting the canary of {service} take everything"):
                self.apply_shares()
                self.traffic.drain(service, seconds=self.drain_s)
            with self.step(f"starting {new.label} in the place of {old.label}"):
                self._replace(service, new)
        except BaseException:
            with self.step(f"back to {old.label}"):
                self._replace(service, old)
            self.set_share(service, weight, "promotion failed")
            raise
        with state.change(self.file) as written:
            written.previous[service] = old
            written.canaries[service].weight = 0
            written.note(service, "promoted", f"{new.label} in the place of {old.label}")
        self.apply_shares()
        self.end(service)
        return old, new

    def roll_back(
        self, service: str, what: str, why: str, *, phases: Collection[str] = _LIVE
    ) -> Canary | None:
        """Take a canary's share away, within milliseconds. It is still to be ended.

        Args:
            service: whose.
            what: for the history.
            why: for the history, too.
            phases: in which of them alone.

        Returns:
            The canary as it was; None when there is none in such a phase.
        """
        with state.change(self.file) as written:
            present = written.canaries.get(service)
            if present is None or present.phase not in phases:
                return None
            before = replace(present)
            present.weight, present.phase = 0, "failed"
            written.note(service, what, why)
        self.apply_shares()
        return before

    def end(self, service: str) -> None:
        """Let a canary finish what it has in hand, stop it, and take it out of gateway and configuration.

        Its share is 0 already. Every step looks first, and only the last ones forget the canary, so that an
        interrupted end is ended by the next.
        """
        canary = Instance(service, canary=True)
        with self.step(f"ending the canary of {service}"):
            if self.traffic.admin.answers():  # without a gateway nothing is in flight
                self.traffic.drain(canary.name, seconds=self.drain_s)
            self.traffic.remove(set(state.read(self.file).canaries) - {service})
            self.runner.stop(canary)
            with state.change(self.file) as written:
                written.canaries.pop(service, None)
            self.runner.forget(service)
            self.apply_shares()

    def apply_shares(self) -> None:
        """Give Envoy and the workers the shares that are written."""
        versions = state.read(self.file)
        self.traffic.set_shares(versions.weights())
        for service, canary in versions.canaries.items():
            self.runner.share_events(service, canary.weight)

    def recover(self) -> None:
        """Before a start: what an interrupted command left behind is brought to something that can run."""
        gone = []
        with state.change(self.file) as versions:
            for service, canary in list(versions.canaries.items()):
                if canary.phase in ("starting", "failed"):
                    del versions.canaries[service]
                    gone.append(service)
                    versions.note(service, "canary ended", f"it was {canary.phase} when the system stopped")
                elif canary.phase == "promoting":
                    canary.phase = "serving"
        for service in gone:
            self.runner.forget(service)
        self.apply_shares()

    def _replace(self, service: str, version: Version) -> None:
        """Stop a service's first version and start another one in its place."""
        with state.change(self.file) as written:
            written.set_stable(service, version)
        self.runner.stop(Instance(service))
        self._serve(Instance(service), version)

    def _serve(self, instance: Instance, version: Version) -> None:
        """Start an instance; returns when it serves."""
        self.runner.start(instance, version)
        end = time.monotonic() + self.ready_within_s
        while missing := self._missing(instance):
            if time.monotonic() > end:
                names = [process.name for process in self.runner.processes(instance)]
                raise NotServing(
                    f"{instance.name} does not serve after {self.ready_within_s:g} s: {missing}", names
                )
            time.sleep(0.1)
        with ThreadPoolExecutor(WARM_UP_REQUESTS) as pool:
            for _ in range(WARM_UP_REQUESTS):
                pool.submit(self._get_ready, instance)

    def _missing(self, instance: Instance) -> str:
        """What an instance lacks to serve; empty: nothing."""
        try:
            if any(process.state != "running" for process in self.runner.processes(instance)):
                return "it does not stay up"
            status, body = self._get_ready(instance)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return str(error) or "no answer"
        return "" if status == 200 else f"/readyz says {status} {body[:300].decode(errors='replace')}"

    def _get_ready(self, instance: Instance) -> tuple[int, bytes]:
        return get(connection(self.runner.endpoint(instance)), "/readyz", "application/json")
