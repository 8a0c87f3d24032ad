"""A canary's life: started, given a share, promoted or rolled back, ended; whatever runs the services.

Each step is written down before it is done, so that the next command ends or undoes what was interrupted.
Those of several services go through theirs together: all of them come to the next step, or none does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.canary import serving, state
from gateway.canary.runner import Instance, Runner
from gateway.canary.state import Canary, Version
from gateway.runtime.canary_traffic import CanaryTraffic

_LIVE = ("starting", "serving", "promoting")


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
        """Start a second version beside the first, and give it a share. As :meth:`start_together`."""
        self.start_together({service: version})
        self.set_share(service, percent, f"canary started: {version.label}")

    def start_together(self, versions: Mapping[str, Version]) -> None:
        """Start a second version of each of these services beside the first, without a share of anything.

        Raises:
            NotServing: one does not come up; nothing is left of any.
            ConfigNotApplied: the gateway does not take them; nothing is left of any either.
        """
        with state.change(self.file) as written:
            for service, version in versions.items():
                written.canaries[service] = Canary(version, since=state.now())
        self.apply_shares()
        try:
            for service, version in versions.items():
                with self.step(
                    f"starting {version.label} beside {written.stable_of(service).label}: {service}"
                ):
                    self._start(Instance(service, canary=True), version)
            self._settle(Instance(service, canary=True) for service in versions)
            self.traffic.add(state.read(self.file).canaries)
        except BaseException:
            self.end(*versions)
            raise

    def set_share(self, service: str, percent: int, what: str = "share changed") -> None:
        """Give a canary so many percent, from 0 to 100, of requests and events."""
        with state.change(self.file) as written:
            present = written.canaries[service]
            present.weight, present.phase = percent, "serving"
            written.note(service, what, f"{percent} %")
        self.apply_shares()

    def promote(self, *services: str) -> dict[str, Version]:
        """The versions of these services' canaries become the stable ones.

        The canaries take everything while the first versions' processes are replaced, one service after the
        other, so nothing is refused.

        Returns:
            What each service ran before.

        Raises:
            NotServing, ConfigNotApplied: all is as before, of every service.
        """
        replaced: dict[str, Version] = {}
        with state.change(self.file) as written:
            before = {service: written.stable_of(service) for service in services}
            weights = {service: written.canaries[service].weight for service in services}
            for service in services:
                written.canaries[service].phase, written.canaries[service].weight = "promoting", 100
        try:
            with self.step(f"letting the canary of {', '.join(services)} take everything"):
                self.apply_shares()
                self._drain(services)
            for service in services:
                new = written.canaries[service].version
                with self.step(f"starting {new.label} in the place of {before[service].label}: {service}"):
                    replaced[service] = new
                    self._replace(service, new)
            self._settle(Instance(service) for service in services)
        except BaseException:
            for service in replaced:
                with self.step(f"{service} back to {before[service].label}"):
                    self._replace(service, before[service])
            self._settle(Instance(service) for service in replaced)
            for service, weight in weights.items():
                self.set_share(service, weight, "promotion failed")
            raise
        with state.change(self.file) as written:
            for service, new in replaced.items():
                written.previous[service] = before[service]
                written.canaries[service].weight = 0
                written.note(service, "promoted", f"{new.label} in the place of {before[service].label}")
        self.apply_shares()
        self.end(*services)
        return before

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

    def end(self, *services: str) -> None:
        """Let the canaries of these services finish what they have in hand, stop them, and take them out of
        gateway and configuration.

        Their share is 0 already. Every step looks first, and only the last ones forget the canaries, so that
        an interrupted end is ended by the next.
        """
        with self.step(f"ending the canary of {', '.join(services)}"):
            if self.traffic.admin.answers():  # without a gateway nothing is in flight
                self._drain(Instance(service, canary=True).name for service in services)
            self.traffic.remove(set(state.read(self.file).canaries) - set(services))
            for service in services:
                self.runner.stop(Instance(service, canary=True))
            with state.change(self.file) as written:
                for service in services:
                    written.canaries.pop(service, None)
            for service in services:
                self.runner.forget(service)
            self.apply_shares()

    def finish_interrupted(self) -> None:
        """End what an interrupted command has left behind: the first versions have everything again."""
        left = {
            service: canary.phase
            for service, canary in state.read(self.file).canaries.items()
            if canary.phase != "serving"
        }
        for service, phase in left.items():
            if phase == "promoting":  # its first version may have been on its way
                self._start(Instance(service), state.read(self.file).stable_of(service))
                self._settle([Instance(service)])
            self.roll_back(service, "canary ended", f"it was {phase} when a command was interrupted")
        if left:
            self.end(*left)

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

    def _drain(self, instances: Iterable[str]) -> None:
        """Let these finish what they have in hand; together they have the time of one."""
        end = time.monotonic() + self.drain_s
        for name in instances:
            self.traffic.drain(name, seconds=max(1.0, end - time.monotonic()))

    def _replace(self, service: str, version: Version) -> None:
        """Stop a service's first version and start another one in its place."""
        with state.change(self.file) as written:
            written.set_stable(service, version)
        self.runner.stop(Instance(service))
        self._start(Instance(service), version)

    def _start(self, instance: Instance, version: Version) -> None:
        """Start an instance; returns when it answers. It is still to be settled."""
        self.runner.start(instance, version)
        serving.wait_for_answer(self.runner, instance, seconds=self.ready_within_s)

    def _settle(self, instances: Iterable[Instance]) -> None:
        serving.settle(self.runner, instances, seconds=self.ready_within_s)
