"""`make gateway-reload` and `make gateway-restart`: a new configuration, a new Envoy, and no request lost."""

from __future__ import annotations

import http.client
import time
from pathlib import Path

from compose.local import ready
from compose.local.console import CommandError, say, step
from compose.local.gateway_files import render_gateway
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.local.stack import Stack
from compose.local.supervisor import NOT_RUNNING
from gateway.config.addresses import ADMIN_SOCKET
from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import ConfigNotApplied, wait_until_applied

#: Seconds that a new Envoy may take until it serves; it may have to wait for the one before the last.
TAKEOVER_TIMEOUT_S = 90
_GENERATION = "server.hot_restart_generation"


def reload(home: Home) -> None:
    """Reload gateway.yaml as it is now. Restarts Envoy only for what it is started with.

    Raises:
        CommandError: nothing runs, or the file is wrong: then everything stays as it was.
    """
    stack = _running(home)
    settings = Settings.read(home, {"BIRZHA_RATE_LIMITS": str(home.read_state()["rate_limits"])})
    bootstrap = home.etc / "gateway" / "bootstrap.json"
    with stack.exclusive():
        before = bootstrap.read_bytes()
        with step("checking and rendering gateway.yaml"):
            render_gateway(home, settings)
        with step("waiting until Envoy has applied it"):
            try:
                wait_until_applied(_admin(home), bootstrap.parent)
            except ConfigNotApplied as error:
                raise ready.failure(home, ["gateway"], str(error)) from error
        if bootstrap.read_bytes() != before:
            say("- Envoy's start options have changed: it is restarted")
            _replace(stack)
        stack.record("gateway.reload", "gateway", rate_limits=settings.rate_limits)
    say("The gateway has reloaded gateway.yaml.")


def restart(home: Home) -> None:
    """Let a new Envoy take over: after an upgrade of its package, or to make it forget what it remembers.

    Raises:
        CommandError: nothing runs, or the new Envoy does not come.
    """
    stack = _running(home)
    with stack.exclusive():
        _replace(stack)
        stack.record("gateway.restart", "gateway")
    say("A new Envoy serves; the old one finishes its requests and exits.")


def _replace(stack: Stack) -> None:
    with step("a new Envoy takes over"):
        before = _generation(stack.home)
        stack.supervisor.signal("gateway", "HUP")
        end = time.monotonic() + TAKEOVER_TIMEOUT_S
        while _generation(stack.home) <= before:
            if time.monotonic() > end:
                raise ready.failure(stack.home, ["gateway"], "No new Envoy has taken over")
            time.sleep(0.2)


def _generation(home: Home) -> int:
    """How many Envoys there have been; 0 while none answers."""
    try:
        return int(_admin(home).stats(f"^{_GENERATION}$".replace(".", r"\.")).get(_GENERATION, 0))
    except (OSError, http.client.HTTPException, ValueError):
        return 0


def _admin(home: Home) -> Admin:
    return Admin(Path(home.run / ADMIN_SOCKET))


def _running(home: Home) -> Stack:
    stack = Stack(home)
    if not stack.is_up():
        raise CommandError(NOT_RUNNING)
    return stack
