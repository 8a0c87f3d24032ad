"""Every role of Redis × every kind of key × every command: what each may, on a real server, and no more.

The tables stand in ``valkey_rights.py``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import redis

from compose.local import valkey
from compose.local.stack import Stack
from compose.local.tests.valkey_rights import BY_PAGES, ROLES, WITHOUT_KEY, cells, rows
from compose.system import EVENTS, SESSIONS, RedisServer

#: How a server refuses; DEBUG is closed to everybody by its configuration.
REFUSED = re.compile("no permissions|DEBUG command not allowed", re.IGNORECASE)


def client(system: Stack, passwords: dict[str, str], role: str, server: RedisServer) -> redis.Redis:
    address = valkey.url(system.home, role, passwords[f"redis.{role}"], server)
    return redis.Redis.from_url(address, decode_responses=True, protocol=2, single_connection_client=True)


def test_a_role_may_do_what_the_table_says(system: Stack, passwords: dict[str, str]) -> None:
    """By the server's own judgement of every cell."""
    admin = client(system, passwords, "admin", EVENTS)
    wrong = []
    for cell in cells():
        answer = admin.execute_command("ACL DRYRUN", cell.role, *cell.words)
        if (answer == "OK") is not cell.allowed:
            wrong.append((cell, answer))
    assert not wrong


def test_a_role_has_no_command_that_the_table_does_not_name(system: Stack, passwords: dict[str, str]) -> None:
    admin = client(system, passwords, "admin", EVENTS)
    for role in ROLES:
        user: Any = admin.acl_getuser(role)
        assert user["categories"] == ["-@all"]
        granted = set(user["commands"])
        for selector in user["selectors"]:
            granted |= set(selector[1].split())
        named = {
            f"+{name}"
            for cell in cells()
            if cell.role == role and cell.allowed
            for name in ("|".join(cell.words[:2]).lower(), cell.words[0].lower())
        }
        assert {right for right in granted if right != "-@all"} <= named


def test_what_the_table_forbids_is_refused_to_a_real_connection(
    system: Stack, passwords: dict[str, str]
) -> None:
    for role in ROLES:
        connection = client(system, passwords, role, EVENTS)
        for cell in cells():
            if cell.role == role and not cell.allowed:
                with pytest.raises(redis.exceptions.ResponseError, match=REFUSED):
                    connection.execute_command(*cell.words)


def test_the_frontend_is_nobody_there_and_all_others_are_nobody_where_its_sessions_are(
    system: Stack, passwords: dict[str, str]
) -> None:
    for role, server in [("web", EVENTS), *((role, SESSIONS) for role in ROLES)]:
        with pytest.raises(redis.exceptions.AuthenticationError):
            client(system, passwords, role, server).ping()


def test_the_frontend_keeps_its_sessions_and_does_nothing_else(
    system: Stack, passwords: dict[str, str]
) -> None:
    admin = client(system, passwords, "admin", SESSIONS)
    web = client(system, passwords, "web", SESSIONS)
    for words, answers in rows(BY_PAGES, columns=2):
        for key, answer in zip(("cache:web:x", "cache:user:x"), answers, strict=True):
            attempt = [word.format(key=key) for word in words]
            judged = admin.execute_command("ACL DRYRUN", "web", *attempt)
            assert (judged == "OK") is (answer == "w"), (attempt, judged)
    for words, _ in rows(WITHOUT_KEY, columns=1):
        if words[0] not in ("PING", "SELECT") and words[:2] not in (
            ["CLIENT", "SETNAME"],
            ["CLIENT", "SETINFO"],
        ):
            assert admin.execute_command("ACL DRYRUN", "web", *words) != "OK", words
            with pytest.raises(redis.exceptions.ResponseError, match=REFUSED):
                web.execute_command(*words)
