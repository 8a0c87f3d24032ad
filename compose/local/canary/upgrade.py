"""`make upgrade`: every service from the version that it runs to another, while customers trade (ADR 0071).

A backup; the migrations that the version before bears; the new version of every service beside the one that
runs, without a share; then these take everything while one service after the other is replaced; last the
migrations that the version before would not have borne. Until those, a failure leaves every service as it
was.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from compose.local import gateway_restart, install, secrets, system_owner
from compose.local.backup import commands as backups
from compose.local.canary import actions, versions
from compose.local.console import CommandError, say, step
from compose.local.paths import Home
from compose.local.processes import usual_processes
from compose.local.settings import Settings
from compose.local.stack import READY_TIMEOUT_S, Stack
from compose.local.supervisor import Supervisor
from compose.system import SERVICES, WEB_SERVERS
from compose.system.environment import operator_variables
from gateway.canary import state
from gateway.canary.lifecycle import Canaries
from gateway.canary.state import CHECKOUT, Version

#: What stands in the audit trail.
UPGRADED = "system.upgrade"

_COPIED = (
    "It is a copy from now on, until the next make upgrade: a process that starts anew takes nothing of this "
    "folder."
)
_NOT_COPIED = (
    "Bring its files back into this folder before any process starts anew: they were not committed, so there "
    "is no copy of them."
)


@dataclass(frozen=True)
class Plan:
    """What an upgrade will do.

    Attributes:
        versions: service → what it will run.
        targets: service → app → the migration to which it is migrated while the version before serves.
    """

    versions: dict[str, Version]
    targets: dict[str, dict[str, str]]

    @property
    def label(self) -> str:
        """The version, for people."""
        return " and ".join(dict.fromkeys(version.label for version in self.versions.values()))

    @property
    def migrations(self) -> str:
        """Up to which one each app's are run first, for the record."""
        return ", ".join(f"{app}.{last}" for of in self.targets.values() for app, last in of.items())


def upgrade(home: Home, text: str) -> None:
    """Upgrade the running system.

    Args:
        home: its folder.
        text: the version, as :mod:`versions` reads it; "": the checkout.

    Raises:
        CommandError: it cannot be done, or a step failed: says which, and what runs now.
    """
    _require_packages()
    _require_processes(home)
    plan = system_owner.as_owner(home, lambda: _plan(home, text or "checkout"))
    backups.backup(home)
    system_owner.as_owner(home, lambda: _upgrade(home, plan))
    try:
        if CHECKOUT in plan.versions.values():
            system_owner.as_owner(home, lambda: _finish(home))
    finally:
        done = {"version": plan.label, "migrations": plan.migrations}
        system_owner.as_owner(home, lambda: Stack(home).record(UPGRADED, "system", **done))
    say(f"Every service runs {plan.label}. Next: make check.")


def _require_packages() -> None:
    """Refuse what cannot be done while the system serves: all versions share one environment.

    Raises:
        CommandError: says what to do instead.
    """
    if install.is_outdated("local"):
        raise CommandError(
            "This version needs other packages than are installed (requirements/local.txt), which no process "
            "that runs can change: make backup, make down, make up. It serves again after a start."
        )


def _require_processes(home: Home) -> None:
    """Refuse a system that does not run, or cannot have a process that this version needs.

    Raises:
        CommandError: says what to do instead.
    """
    supervisor = Supervisor(home)
    supervisor.require_alive()
    known = {process["name"] for process in supervisor.states()}
    if new := [each.name for each in usual_processes(home) if each.name not in known]:
        raise CommandError(
            f"This version has processes that a running system cannot be given ({', '.join(new)}): "
            "make backup, make down, make up. It serves again after a start."
        )


def _plan(home: Home, text: str) -> Plan:
    """Look at everything before anything is done.

    Raises:
        CommandError: there is a canary, no such version, or migrations that the version before does not bear.
    """
    with actions.running(home) as (stack, canaries), step("looking at its migrations"):
        canaries.finish_interrupted()
        _require_no_canary(home)
        made = {service.name: versions.make(home, service, text) for service in WEB_SERVERS}

        with ThreadPoolExecutor(len(SERVICES)) as pool:  # each is a process of its own
            looked = pool.map(lambda one: actions.require_expandable(stack, one, made[one.name]), SERVICES)
            targets = {service.name: found for service, found in zip(SERVICES, looked, strict=True)}
        return Plan(made, targets)


def _require_no_canary(home: Home) -> None:
    if canaries := state.read(home.versions).canaries:
        name = next(iter(canaries))
        raise CommandError(
            f"{name} has a canary: make promote SERVICE={name} or make rollback SERVICE={name} first."
        )


def _upgrade(home: Home, plan: Plan) -> None:
    with actions.running(home) as (stack, canaries):
        canaries = replace(canaries, ready_within_s=READY_TIMEOUT_S)
        _require_no_canary(home)
        with as_it_was(home, canaries):
            _expand(stack, plan)
            canaries.start_together(plan.versions)
            canaries.promote(*plan.versions)
        if CHECKOUT in plan.versions.values():
            versions.note_started(home, WEB_SERVERS)
        with step("running the migrations that had to wait for the version before to be gone"):
            stack.manage(*((service.package, "migrate", "--verbosity", "0") for service in SERVICES))
        commands = [(each.package, command) for each in SERVICES for command in each.after_start]
        stack.manage(*commands, extra=operator_variables(secrets.load(home)))


@contextmanager
def as_it_was(home: Home, canaries: Canaries) -> Iterator[None]:
    """If it fails, every service goes on with what it ran, and no new version is left beside it.

    A process that dies later is started anew, and this folder's files are of the version that failed: so the
    copy of what it ran stays in their place.
    """
    pinned = versions.pin(home, WEB_SERVERS)
    try:
        yield
    except BaseException:
        there = state.read(home.versions).canaries
        if ended := [name for name, canary in there.items() if canary.phase == "serving"]:
            canaries.end(*ended)
        if state.read(home.versions).canaries:
            say("The version before could not be put back everywhere; where not, the new one goes on: see "
                "make canary-status.")  # fmt: skip
        else:
            say("Every service runs what it ran before; it bears the migrations that were run.")
            say(_COPIED if pinned else _NOT_COPIED)
        raise


def _expand(stack: Stack, plan: Plan) -> None:
    """Give the databases and servers what the new version needs and the one before bears."""
    rates = {"BIRZHA_RATE_LIMITS": str(stack.home.read_state()["rate_limits"])}
    stack.start_servers(Settings.read(stack.home, rates))
    for service in SERVICES:
        actions.expand(stack, service, plan.versions[service.name], plan.targets[service.name])
    for service in SERVICES:
        commands = [(service.package, command) for command in service.before_start]
        stack.manage(*commands, at=versions.folder_of(plan.versions[service.name]))


def _finish(home: Home) -> None:
    """Let the checkout's processes that belong to no service be new, too: who looks for gaps, who judges
    canaries; and its gateway's routes."""
    stack = Stack(home)
    with stack.exclusive(), step("restarting what serves no requests"):
        names = [each.name for each in usual_processes(home) if not each.service and each.type.arguments]
        for name in names:
            stack.supervisor.stop(name)
        stack.supervisor.start_processes(names)
    gateway_restart.reload(home)
