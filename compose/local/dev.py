"""`make dev`: a system for developers; it runs what is saved.

Errors show code and settings (Django's DEBUG), so that only this machine may reach it. Templates, styles and
scripts are seen at the next request; Python starts the processes that run it anew.
"""

from __future__ import annotations

import ast
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from compose.local import catalogs, code, gateway_restart, ready, restart, system_owner
from compose.local.console import CommandError, say
from compose.local.paths import ROOT, Home
from compose.local.settings import Settings
from compose.local.stack import Stack
from compose.local.supervisor import log_tail
from compose.system import WEB_SERVERS, Service

#: Seconds between two checks of the files.
POLL_INTERVAL_S = 0.5
#: Seconds that a service may take to answer after its start; then the next change is waited for anyway.
READY_TIMEOUT_S = 20
#: Read anew by every request of a system with DEBUG.
READ_BY_REQUEST = (".html", ".txt", ".css", ".js", ".svg")
GATEWAY_FILES = ("gateway/gateway.yaml",)
FAILING_STATES = ("BACKOFF", "FATAL")

Stamps = Mapping[str, tuple[int, int]]


def watch(home: Home) -> None:
    """Apply every change until interrupted; then take the system down."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # INT is ignored in the background
        signal.signal(number, _interrupt)
    known, failing = code.stamps(), set[str]()
    say("Watching the code. Ctrl-C stops the system.")
    try:
        while True:
            time.sleep(POLL_INTERVAL_S)
            failing = _report_failing(home, failing)
            found = code.stamps()
            if changed := changed_files(known, found):
                known = found
                try:
                    _apply(home, changed)
                except (CommandError, OSError) as error:
                    say(f"{error}")
    except KeyboardInterrupt:
        say("\n- stopping ...")
        Stack(home).down()
        say(f"Birzha is stopped; its data is in {home.root}.")


def changed_files(before: Stamps, now: Stamps) -> list[str]:
    """The files that are new, gone or another."""
    return sorted(file for file in before.keys() | now.keys() if before.get(file) != now.get(file))


def services_of(changed: list[str]) -> list[Service]:
    """Those whose processes have to start anew for these files."""
    running = [file for file in changed if not file.endswith(READ_BY_REQUEST)]
    folders = {file.partition("/")[0] for file in running}
    return [service for service in WEB_SERVERS if service.package in folders or "servicekit" in folders]


def broken(changed: list[str], root: Path = ROOT) -> list[str]:
    """What no Python can read of these files, a line each; the old code goes on until it is mended."""
    problems = []
    for file in changed:
        if file.endswith(".py") and (root / file).exists():
            try:
                ast.parse((root / file).read_bytes(), file)
            except (SyntaxError, ValueError) as error:
                line = getattr(error, "lineno", None)
                problems.append(f"{file}{f':{line}' if line else ''}: {getattr(error, 'msg', error)}")
    return problems


def _apply(home: Home, changed: list[str]) -> None:
    files = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
    if problems := broken(changed):
        say(
            "\n".join(
                [f"! {files}: the previous code keeps running", *(f"  {problem}" for problem in problems)]
            )
        )
        return
    if any(file.endswith(".po") for file in changed):
        catalogs.compile_changed()
    begun = time.monotonic()
    did = []
    if services := services_of(changed):
        names = restart.restart(
            home, services, migrate=any("/migrations/" in file for file in changed), wait=False
        )
        did.append(f"{', '.join(names)} restarted")
        _wait(home, {service.name for service in services}, code.stamps())
    if any(file in GATEWAY_FILES for file in changed):
        system_owner.as_owner(home, lambda: gateway_restart.reload(home))
        did.append("the gateway has reloaded it")
    elif any(file.startswith(("gateway/", "compose/")) for file in changed):
        did.append("read when the system starts: press Ctrl-C and run make dev again")
    elif not services:
        did.append("seen at the next request")
    say(f"- {files}: {'; '.join(did)} ({time.monotonic() - begun:.1f} s)")


def _wait(home: Home, services: set[str], known: Stamps) -> None:
    """Until these are ready, do not start (the next check reports it), take too long, or code changes."""
    supervisor, settings = Stack(home).supervisor, Settings.read(home, {})
    end = time.monotonic() + READY_TIMEOUT_S
    while problems := ready.problems(home, settings, services):
        if (
            any(state["statename"] in FAILING_STATES for state in supervisor.states())
            or code.stamps() != known
        ):
            return
        if time.monotonic() > end:
            for name, problem in problems.items():
                say(f"! {name} is not ready; see make logs:\n    {problem.strip()[:400]}")
            return
        time.sleep(0.1)


def _report_failing(home: Home, reported: set[str]) -> set[str]:
    """Say once of each process that it does not start, with the end of its log."""
    states = Stack(home).supervisor.states()
    failing = {state["name"] for state in states if state["statename"] in FAILING_STATES}
    for name in sorted(failing - reported):
        say(f"! {name} does not start; the next change restarts it:\n{log_tail(home, name)}")
    starting = {state["name"] for state in states if state["statename"] == "STARTING"}
    return failing | (reported & starting)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
