"""Waiting until the system really serves: requests through the gateway, and each service's own word."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable

from compose.local import kept_servers, services_host
from compose.local.console import CommandError
from compose.local.hosts import BEHIND_INGRESS
from compose.local.paths import Home
from compose.local.processes import INGRESS
from compose.local.public import reached_at
from compose.local.settings import Settings
from compose.local.supervisor import RUNNING, STARTING, Supervisor, log_tail
from compose.system import WEB_SERVERS
from gateway.config.nginx import READY_PATH
from gateway.config.routing import route_table
from gateway.config.source import load
from gateway.runtime.connections import UnixConnection, get
from gateway.runtime.ingress import STATS_SOCKET

#: Seconds a process may spend failing to start before waiting is pointless.
FAILING_FOR_S = 20


class Watch:
    """Notices processes that do not come up while something else is waited for."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.failing_since: dict[str, float] = {}

    def check(self) -> None:
        """Look once.

        Raises:
            CommandError: a process has been failing for too long; names it and shows the end of its log.
        """
        now = time.monotonic()
        for process in self.supervisor.states():
            name = process["name"]
            if process["statename"] == RUNNING:
                self.failing_since.pop(name, None)
            elif process["statename"] in ("BACKOFF", "FATAL", "UNKNOWN"):
                since = self.failing_since.setdefault(name, now)
                if now - since > FAILING_FOR_S or process["statename"] == "FATAL":
                    raise failure(self.supervisor.home, [name], f"{name} does not start")


def failure(home: Home, names: list[str], sentence: str) -> CommandError:
    """The error, with the end of each named process's log under it."""
    tails = [f"  {name}: the end of {home.log / name}.log\n{log_tail(home, name)}" for name in names]
    return CommandError("\n".join([f"{sentence}.", *tails]))


def wait(home: Home, settings: Settings, supervisor: Supervisor, *, seconds: float) -> None:
    """Return when every service is ready and real requests through the gateway succeed.

    Raises:
        CommandError: not within the time; says what does not answer and shows its log.
    """
    watch = Watch(supervisor)
    waiting = _checks(home, settings)
    end = time.monotonic() + seconds
    while True:
        answers = {name: _problem(check) for name, check in waiting.items()}
        waiting = {name: check for name, check in waiting.items() if answers[name]}
        if not waiting and not (stopped := _not_running(supervisor)):
            return
        watch.check()
        if time.monotonic() > end:
            missing = {name: answers[name] for name in waiting} or dict.fromkeys(stopped, "not running")
            summary = "; ".join(f"{name}: {problem}" for name, problem in missing.items())
            raise failure(
                home, [name.split()[0] for name in missing], f"Not ready after {seconds:.0f} s: {summary}"
            )
        time.sleep(0.25)


def problems(home: Home, settings: Settings, services: set[str]) -> dict[str, str]:
    """What these services, by name, answer when they are not ready; none that is ready."""
    checks = {name: check for name, check in _checks(home, settings).items() if name.split()[0] in services}
    return {name: problem for name, check in checks.items() if (problem := _problem(check))}


def _checks(home: Home, settings: Settings) -> dict[str, Callable[[], str]]:
    def service(name: str) -> Callable[[], str]:
        return lambda: _status(get(UnixConnection(home.socket(name)), "/readyz", "application/json"))

    def pages(name: str) -> Callable[[], str]:
        return lambda: _status(
            get(UnixConnection(home.socket(f"cache-{name}")), READY_PATH, "*/*"), wanted=204
        )

    host = reached_at(settings.bind).strip("[]")

    def public() -> http.client.HTTPConnection:
        return http.client.HTTPConnection(host, settings.port, timeout=10)

    def shown(path: str) -> Callable[[], str]:
        return lambda: _shown(public(), path, settings.market.currency)

    part = kept_servers.part_of(home)
    checks: dict[str, Callable[[], str]] = {}
    if part.has_services:
        checks |= {name: service(name) for name in BEHIND_INGRESS}
    if not part.has_edge:
        checks[INGRESS.name] = lambda: _status(get(UnixConnection(home.run / STATS_SOCKET), "/ready"))
        return checks
    if not part.has_services:
        checks[f"gateway (the services at {part.place})"] = lambda: services_host.problem(part)
    for name in route_table(load()).services("pages"):
        checks[f"nginx ({name}'s pages)"] = pages(name)
    for each in WEB_SERVERS:
        if each.ready_at:
            checks[f"{each.name} (GET {each.ready_at} by the gateway)"] = shown(each.ready_at)
    return checks


def _shown(connection: http.client.HTTPConnection, path: str, currency: str) -> str:
    accept = "application/json" if path.startswith("/api/") else "text/html"
    status, body = get(connection, path, accept)
    if status == 200 and path.startswith("/api/"):
        found = json.loads(body)["results"]
        if not found:
            return "the list is empty"
        if (theirs := found[0]["currency"]) != currency:  # the services are another host's
            return f"the market is in {theirs}, not in {currency}: give BIRZHA_CURRENCY={theirs} here, too"
    return _status((status, body))


def _status(answer: tuple[int, bytes], *, wanted: int = 200) -> str:
    status, body = answer
    return "" if status == wanted else f"{status} {body[:200].decode(errors='replace')}"


def _problem(check: Callable[[], str]) -> str:
    try:
        return check()
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        return str(error) or type(error).__name__


def _not_running(supervisor: Supervisor) -> list[str]:
    fine = (RUNNING, STARTING)
    return [process["name"] for process in supervisor.states() if process["statename"] not in fine]
