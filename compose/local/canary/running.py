"""The processes of a second version, and their way into the gateway and out of it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from compose.local import ready
from compose.local.canary import share, versions
from compose.local.paths import Home
from compose.local.processes import canary_group
from compose.local.stack import Stack
from compose.local.supervisor import RUNNING
from compose.system import Service
from gateway.canary import state
from gateway.config.addresses import ADMIN_SOCKET, Addresses
from gateway.config.names import canary_cluster, pages_cluster
from gateway.config.source import load
from gateway.runtime import canary_traffic
from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import wait_until_applied

#: Seconds that a version may take until it serves.
READY_WITHIN = 60.0
#: Seconds that requests in flight have to come to their end; what lasts longer is a stream.
DRAIN = 15.0


def admin(home: Home) -> Admin:
    """The gateway's admin."""
    return Admin(home.run / ADMIN_SOCKET)


def start_canary(stack: Stack, service: Service) -> None:
    """Start the processes of a service's canary, wait until they serve, lead the gateway's routes to them.

    Raises:
        Trouble: they do not come up; shows the end of the log.
        ConfigNotApplied: the gateway does not take them.
    """
    group = canary_group(service.name)
    stack.supervisor.add(group)
    stack.supervisor.start(group)
    wait_until_ready(stack, service, canary_cluster(service.name))
    canaries = state.read(stack.home.versions).weights()
    canary_traffic.introduce(canaries=canaries, **_where(stack.home))


def end_canary(stack: Stack, service: Service) -> None:
    """Let the canary finish what it has in hand, stop it, and take it out of gateway and configuration.

    Its weight is 0 already. Every step looks first, and only the last ones forget the canary, so that an
    interrupted end is ended by the next.
    """
    home, group = stack.home, canary_group(service.name)
    if admin(home).answers():  # without a gateway nothing is in flight
        drain(home, canary_cluster(service.name))
    others = {name for name in state.read(home.versions).canaries if name != service.name}
    canary_traffic.remove(canaries=others, **_where(home))
    stack.supervisor.end(group)
    with state.change(home.versions) as written:
        written.canaries.pop(service.name, None)
    stack.supervisor.learn()
    share.forget(home, service.name)
    share.follow(home)
    versions.remove_unused(home, state.read(home.versions))


def restart_stable(stack: Stack, service: Service) -> None:
    """Stop a service's first version and start it again as ``versions.json`` has it now.

    Raises:
        Trouble: it does not come up.
    """
    names = [process.name for process in service.processes()]
    for name in names:
        stack.supervisor.stop(name)
    stack.supervisor.start_again(names)
    wait_until_ready(stack, service, service.name)


def drain(home: Home, cluster: str) -> None:
    """Wait until the gateway goes by the weights, and until a version answers no request."""
    gateway = admin(home)
    wait_until_applied(gateway, home.etc / "gateway")
    canary_traffic.wait_until_idle(gateway, pages_cluster(cluster), seconds=DRAIN)
    canary_traffic.wait_until_idle(gateway, cluster, seconds=DRAIN)


def wait_until_ready(stack: Stack, service: Service, name: str) -> None:
    """Wait until the processes called ``name`` and ``name-worker`` run and answer ``/readyz`` with 200.

    Raises:
        Trouble: not within ``READY_WITHIN``.
    """
    said = ""

    def is_ready() -> bool:
        nonlocal said
        states = {process["name"]: process["statename"] for process in stack.supervisor.states()}
        wanted = [name, f"{name}-worker"] if service.has_worker else [name]
        if any(states.get(process) != RUNNING for process in wanted):
            said = "it does not stay up"
            return False
        answer = ready.get(ready.UnixConnection(stack.home.socket(name)), "/readyz", "application/json")
        said = f"/readyz says {answer[0]} {answer[1][:300].decode(errors='replace')}"
        return answer[0] == 200

    if _wait(is_ready, READY_WITHIN):
        _warm_up(stack.home.socket(name), service.threads)
    else:
        names = [name, f"{name}-worker"] if service.has_worker else [name]
        raise ready.failure(
            stack.home, names, f"{name} does not serve after {READY_WITHIN:g} s: {said or 'no answer'}"
        )


def _warm_up(socket: Path, threads: int) -> None:
    """Let every thread make its connections, so that the first requests are no slower than later ones."""
    with ThreadPoolExecutor(2 * threads) as pool:
        for _ in range(2 * threads):
            pool.submit(lambda: ready.get(ready.UnixConnection(socket), "/readyz", "application/json"))


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if done():
                return True
        except (OSError, http.client.HTTPException, ValueError):
            pass
        time.sleep(0.1)
    return False


def _where(home: Home) -> dict[str, Any]:
    gateway = load()
    return {
        "out": home.etc / "gateway",
        "addresses": Addresses.of(gateway.target("local"), home.run),
        "gateway": gateway,
        "admin": admin(home),
    }
