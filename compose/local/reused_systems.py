"""What `make test ONLY=...` keeps running between its runs, until `make down`.

``servers``, a PostgreSQL and a Valkey for packages' tests, and ``system``, a whole one for ``tests/``, in
``.birzha-test-kept`` beside the system of a full `make test`.
"""

from __future__ import annotations

import json

from compose.local import catalogs, code, restart
from compose.local.paths import Home, reused_homes
from compose.local.settings import MANY_CUSTOMERS, Settings, free_port
from compose.local.stack import Stack
from compose.system import WEB_SERVERS


def system_up(home: Home) -> None:
    """Have the kept system run the code as it is now: started, or started anew where the code has changed.

    Raises:
        CommandError: it does not come up.
    """
    catalogs.compile_changed()
    stack, now, then = Stack(home), code.digests(), _read(home)
    if changed := {folder for folder in now if then.get(folder) != now[folder]}:
        services = [service for service in WEB_SERVERS if service.package in changed]
        if not stack.is_up() or changed - {service.package for service in services}:
            stack.down()
        else:
            restart.restart(home, services)
    if not stack.is_up():
        stack.backing_up()
        stack.up(Settings.read(home, MANY_CUSTOMERS | {"BIRZHA_PORT": str(free_port())}))
    (home.root / "code.json").write_text(json.dumps(now), encoding="utf-8")


def down() -> list[Home]:
    """Stop what was kept; returns what was running."""
    return [home for home in reused_homes() if Stack(home).down()]


def _read(home: Home) -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads((home.root / "code.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known
