"""What ``make canary``, ``make promote`` and ``make rollback`` do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from compose.local.canary import migrations, running, share, versions
from compose.local.console import Trouble, say, step
from compose.local.paths import Home
from compose.local.stack import Stack
from compose.system import WEB_SERVERS, Service
from gateway.canary import state
from gateway.canary.state import Canary, Version
from gateway.runtime.config_sync import ConfigNotApplied


def canary(home: Home, name: str, weight: str, version: str) -> None:
    """Start a second version of a service beside the first, or change its share.

    Args:
        home: the running system.
        name: the service.
        weight: percent of its requests, 0 to 100.
        version: as :mod:`versions` reads it.

    Raises:
        Trouble: it cannot be done; says why and what is to be done.
    """
    service, percent = _service(name), _percent(weight)
    stack = _running(home)
    with stack.alone():
        present = state.read(home.versions).canaries.get(service.name)
        if present and present.phase in ("starting", "failed"):  # a command was interrupted
            running.end_canary(stack, service)
            present = None
        if present is None:
            _start(stack, service, versions.make(home, service, version), percent)
        elif version and versions.make(home, service, version) != present.version:
            raise Trouble(
                f"A canary of {name} runs already ({present.version.label}): make promote or make rollback "
                f"SERVICE={name} first, or change its share without VERSION."
            )
        else:
            _set_weight(home, service, percent, "share changed")
        runs = state.read(home.versions).canaries[service.name].version.label
        stack.record("canary.share", name, version=runs, percent=percent)
    say(f"The canary of {name} gets {percent} % of its requests. See make canary-status.")


def promote(home: Home, name: str) -> None:
    """The canary's version becomes the stable one.

    The canary takes everything while the first version's processes are replaced, so nothing is refused.

    Raises:
        Trouble: there is no canary, or its version does not come up a second time; all is as before then.
    """
    service, stack = _service(name), _running(home)
    with stack.alone():
        with state.change(home.versions) as written:
            present = _present(written, service)
            weight, old, new = present.weight, written.stable_of(service.name), present.version
            present.phase, present.weight = "promoting", 100
        try:
            with step(f"letting the canary of {name} take everything"):
                share.follow(home)
                running.drain(home, service.name)
            with step(f"starting {new.label} in the place of {old.label}"):
                _set_stable(home, service, new)
                running.restart_stable(stack, service)
        except (Trouble, ConfigNotApplied, KeyboardInterrupt):
            say(f"- back to {old.label} ...")
            _set_stable(home, service, old)
            running.restart_stable(stack, service)
            _set_weight(home, service, weight, "promotion failed")
            raise
        with state.change(home.versions) as written:
            written.previous[service.name] = old
            written.canaries[service.name].weight = 0
            written.note(service.name, "promoted", f"{new.label} in the place of {old.label}")
        with step("ending the canary"):
            share.follow(home)
            running.end_canary(stack, service)
        stack.record("canary.promote", name, version=new.label, replaced=old.label)
    say(f"{name} runs {new.label}, also after make down and make up.")


def rollback(home: Home, name: str, why: str = "make rollback") -> None:
    """The canary gets nothing any more, finishes what it has in hand, and ends.

    Raises:
        Trouble: there is no canary.
    """
    service, stack = _service(name), _running(home)
    with stack.alone():
        with state.change(home.versions) as written:
            present = _present(written, service)
            version = present.version.label
            present.phase, present.weight = "failed", 0
            written.note(service.name, "rolled back", why)
        share.follow(home)
        with step(f"ending the canary of {name}"):
            running.end_canary(stack, service)
        stack.record("canary.rollback", name, reason=why, version=version)
    say(f"The canary of {name} is gone; {state.read(home.versions).stable_of(name).label} has everything.")


def _start(stack: Stack, service: Service, version: Version, percent: int) -> None:
    home = stack.home
    if service.has_database:
        _migrate(stack, service, version)
    with state.change(home.versions) as written:
        written.canaries[service.name] = Canary(version, weight=0, since=state.now())
    share.follow(home)
    try:
        with step(f"starting {version.label} beside {written.stable_of(service.name).label}"):
            running.start_canary(stack, service)
    except (Trouble, ConfigNotApplied, KeyboardInterrupt):
        running.end_canary(stack, service)
        raise
    _set_weight(home, service, percent, f"canary started: {version.label}")


def _migrate(stack: Stack, service: Service, version: Version) -> None:
    """Check the migrations that the canary has and the database has not, and run them as the owner."""
    folder = versions.folder_of(version)
    result = subprocess.run(
        [sys.executable, str(Path(migrations.__file__)), service.package],
        cwd=folder,
        env=os.environ | {"BIRZHA_HOME": str(stack.home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = "\n".join(f"    {line}" for line in result.stderr.strip().splitlines()[-8:])
        raise Trouble(f"The migrations of {version.label} cannot be read:\n{said}")
    if found := json.loads(result.stdout):
        lines = [f"  {one['migration']}: {one['operation']}: {one['why']}" for one in found]
        raise Trouble(
            f"{version.label} cannot run beside {service.name}'s stable version, which has the same "
            "database:\n" + "\n".join(lines)
        )
    with step("migrating the database, as both versions bear it"):
        stack.manage((service.package, "migrate", "--verbosity", "0"), at=folder)


def _set_weight(home: Home, service: Service, percent: int, what: str) -> None:
    with state.change(home.versions) as written:
        present = written.canaries[service.name]
        present.weight, present.phase = percent, "serving"
        written.note(service.name, what, f"{percent} %")
    share.follow(home)


def _set_stable(home: Home, service: Service, version: Version) -> None:
    with state.change(home.versions) as written:
        if version == state.CHECKOUT:
            written.stable.pop(service.name, None)
        else:
            written.stable[service.name] = version


def _service(name: str) -> Service:
    known = {service.name: service for service in WEB_SERVERS}
    if name not in known:
        raise Trouble(f"SERVICE={name} is none of {', '.join(known)}.")
    return known[name]


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise Trouble(f"WEIGHT={text} is no share: a whole number of percent from 0 to 100 is.")
    return int(text)


def _running(home: Home) -> Stack:
    stack = Stack(home)
    if not home.is_ours() or not stack.is_up():
        raise Trouble("Birzha does not run, or not all of it: make up first.")
    return stack


def _present(written: state.Versions, service: Service) -> Canary:
    present = written.canaries.get(service.name)
    if present is None or present.phase == "failed":
        raise Trouble(
            f"{service.name} has no canary: make canary SERVICE={service.name} WEIGHT=10 starts one."
        )
    return present
