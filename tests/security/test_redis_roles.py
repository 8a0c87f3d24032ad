"""The rights of Redis's roles are enough: in a running system nobody is refused anything.

That they are no more than enough is shown by ``compose/local/tests/test_valkey_roles.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis

from compose.local import secrets, valkey
from compose.system import EVENTS, SERVICES, SESSIONS
from tests.e2e.people import Person
from tests.system import System


def refusals(system: System) -> list[dict[str, Any]]:
    """What the servers have refused to a role that they know, since they started."""
    passwords, found = secrets.load(system.home), []
    for server in (EVENTS, SESSIONS):
        address = valkey.url(system.home, "admin", passwords["redis.admin"], server)
        with redis.Redis.from_url(address, decode_responses=True, protocol=2) as admin:
            found += [entry for entry in admin.acl_log() if entry["reason"] != "auth"]
    return found


def test_whoever_works_is_refused_nothing(system: System, new_person: Callable[..., Person]) -> None:
    person = new_person(deposit="5000")
    for service in SERVICES:  # begun anew, they look for their queue, their groups and what they had read
        system.wait_until_restarted(f"{service.name}-worker", killed=system.kill(f"{service.name}-worker"))
    person.ended(person.place("buy", "AAPL", 1), seconds=120)  # filled or, if they took long, expired
    assert person.buy("AAPL", 1)["status"] == "filled"
    assert person.sell("AAPL", 1)["status"] == "filled"
    for service in SERVICES:
        result = system.run(f"{service.package}.manage", "events", "status")
        assert result.returncode == 0, result.stdout + result.stderr
    assert refusals(system) == []
