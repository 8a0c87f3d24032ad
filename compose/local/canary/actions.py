"""What ``make canary``, ``make promote`` and ``make rollback`` do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compose.local import ready
from compose.local.canary import migrations, versions
from compose.local.canary.supervised import canaries_of
from compose.local.console import CommandError, say, step
from compose.local.paths import Home
from compose.local.stack import Stack
from compose.system import WEB_SERVERS, Service
from gateway.canary import state
from gateway.canary.lifecycle import Canaries
from gateway.canary.serving import NotServing
from gateway.canary.state import Version


def canary(home: Home, name: str, weight: str, version: str) -> None:
    """Start a second version of a service beside the first, or change its share.

    Args:
        home: the running system.
        name: the service.
        weight: percent of its requests, 0 to 100.
        version: as :mod:`versions` reads it.

    Raises:
        CommandError: it cannot be done; says why and what is to be done.
    """
    service, percent = _service(name), _percent(weight)
    with running(home) as (stack, canaries):
        present = state.read(home.versions).canaries.get(name)
        if present and present.phase in ("starting", "failed"):  # a command was interrupted
            canaries.end(name)
            present = None
        if present is None:
            made = versions.make(home, service, version)
            if service.has_database:
                expand(stack, service, made, require_expandable(stack, service, made))
            canaries.start(name, made, percent)
        elif version and versions.make(home, service, version) != present.version:
            raise CommandError(
                f"A canary of {name} is already running ({present.version.label}): make "
                "promote or make rollback "
                f"SERVICE={name} first, or change its share without VERSION."
            )
        else:
            canaries.set_share(name, percent)
        runs = state.read(home.versions).canaries[name].version.label
        stack.record("canary.share", name, version=runs, percent=percent)
    say(f"The canary of {name} gets {percent} % of its requests. See make canary-status.")


def promote(home: Home, name: str) -> None:
    """The canary's version becomes the stable one, and nothing is refused meanwhile.

    Raises:
        CommandError: there is no canary, or its version does not start a second time; all is as before then.
    """
    with running(home, having=name) as (stack, canaries):
        old = canaries.promote(name)[name]
        new = state.read(home.versions).stable_of(name)
        stack.record("canary.promote", name, version=new.label, replaced=old.label)
    say(f"{name} runs {new.label}, also after make down and make up.")


def rollback(home: Home, name: str, why: str = "make rollback") -> None:
    """The canary gets nothing any more, finishes what it has in hand, and ends.

    Raises:
        CommandError: there is no canary.
    """
    with running(home, having=name) as (stack, canaries):
        version = state.read(home.versions).canaries[name].version.label
        canaries.roll_back(name, "rolled back", why)
        canaries.end(name)
        stack.record("canary.rollback", name, reason=why, version=version)
    say(
        f"The canary of {name} is stopped; {state.read(home.versions).stable_of(name).label} "
        "gets all requests."
    )


@contextmanager
def running(home: Home, *, having: str = "") -> Iterator[tuple[Stack, Canaries]]:
    """The running system and its canaries, while other commands wait.

    Args:
        home: the system.
        having: a service that must have a canary.

    Raises:
        CommandError: nothing runs, there is no such canary, or a version does not come up (shows its log).
    """
    if having:
        _service(having)
    stack = Stack(home)
    if not home.is_ours() or not stack.is_up():
        raise CommandError("Birzha is not running, or not completely: run make up first.")
    with stack.exclusive():
        present = state.read(home.versions).canaries.get(having)
        if having and (present is None or present.phase == "failed"):
            raise CommandError(f"{having} has no canary: make canary SERVICE={having} WEIGHT=10 starts one.")
        try:
            yield stack, canaries_of(home, step)
        except NotServing as error:
            raise ready.failure(home, error.processes, str(error)) from error


def require_expandable(stack: Stack, service: Service, version: Version) -> dict[str, str]:
    """Check the migrations that a version has and the database has not.

    Returns:
        App → the migration to which it is to be migrated while the version before serves.

    Raises:
        CommandError: the version before would not go on working with them, or this one not without those that
            wait, or it is an older one and what it reads is gone; nothing was run.
    """
    answer = _ask(stack, service, version)
    found = [f"  {one['migration']}: {one['operation']}: {one['why']}" for one in answer["problems"]]
    if unknown := set(answer["unknown"]):  # of a newer version, or of a canary that was rolled back
        stable = state.read(stack.home.versions).stable_of(service.name)
        dropped = _ask(stack, service, stable)["contracts"]
        found += [f"  {label}, which has been run: {dropped[label]}" for label in unknown & dropped.keys()]
    if found:
        raise CommandError(
            f"{version.label} cannot run beside {service.name}'s stable version, which has the same "
            "database:\n" + "\n".join(found)
        )
    targets: dict[str, str] = answer["targets"]
    return targets


def expand(stack: Stack, service: Service, version: Version, targets: dict[str, str]) -> None:
    """Run these migrations as the owner: both versions can use the database afterwards."""
    if not targets:
        return
    with step(f"migrating {service.name}'s database so that both versions can use it"):
        for app, name in targets.items():
            folder = versions.folder_of(version)
            stack.manage((service.package, "migrate", app, name, "--verbosity", "0"), at=folder)


def _ask(stack: Stack, service: Service, version: Version) -> dict[str, Any]:
    """What :mod:`migrations` says of a version beside the database as it is."""
    result = subprocess.run(
        [sys.executable, str(Path(migrations.__file__)), service.package],
        cwd=versions.folder_of(version),
        env=os.environ | {"BIRZHA_HOME": str(stack.home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        output = "\n".join(f"    {line}" for line in result.stderr.strip().splitlines()[-8:])
        raise CommandError(f"The migrations of {version.label} cannot be read:\n{output}")
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def _service(name: str) -> Service:
    known = {service.name: service for service in WEB_SERVERS}
    if name not in known:
        raise CommandError(f"SERVICE={name} must be one of {', '.join(known)}.")
    return known[name]


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise CommandError(f"WEIGHT={text} must be a whole number of percent, 0–100.")
    return int(text)
