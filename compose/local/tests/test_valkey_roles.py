"""Every role of Redis × every kind of key × every command: what each may, on a real server, and no more.

``s`` every service, ``m`` market, ``t`` trading, ``a`` the auditor, ``.`` nobody. The administrator, whose
password no process of the system has, may do everything; the frontend is nobody here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis

from compose.local import valkey
from compose.local.stack import Stack
from compose.system import EVENTS, SERVICES, SESSIONS, RedisServer
from servicekit.contracts.subscribers import publishers_of

#: How a server refuses; DEBUG is closed to everybody by its configuration.
REFUSED = re.compile("no permissions|DEBUG command not allowed", re.IGNORECASE)

ROLES = [*(service.name for service in SERVICES), "auditor"]
LETTERS = {"market": "sm", "trading": "st", "auditor": "a"}

# own, heard, other: the stream that one publishes on, one of a service that one hears, one of another's;
# queue: Celery's; else: anything else: a cache, a page's session, the list of who is out.
BY_KEY = """
                                       own  heard other queue queue quotes else
                                                        own   other
XADD {key} * f v                       s    .     .     .     .     m      .
XTRIM {key} MAXLEN 0                   s    .     .     .     .     .      .
XSETID {key} 9-9                       s    .     .     .     .     .      .
XDEL {key} 1-1                         .    .     .     .     .     .      .
XLEN {key}                             sa   a     a     .     .     .      .
XRANGE {key} - +                       sa   a     a     .     .     .      .
XREVRANGE {key} + -                    .    .     .     .     .     mt     .
XREAD STREAMS {key} 0                  .    .     .     .     .     mt     .
XINFO STREAM {key}                     sa   a     a     .     .     .      .
XINFO GROUPS {key}                     sa   a     a     .     .     .      .
XINFO CONSUMERS {key} g                .    .     .     .     .     .      .
XPENDING {key} g                       sa   a     a     .     .     .      .
XGROUP CREATE {key} g 0 MKSTREAM       s    s     .     .     .     .      .
XGROUP DESTROY {key} g                 s    .     .     .     .     .      .
XGROUP SETID {key} g $                 .    .     .     .     .     .      .
XGROUP CREATECONSUMER {key} g c        .    .     .     .     .     .      .
XGROUP DELCONSUMER {key} g c           .    .     .     .     .     .      .
XREADGROUP GROUP g c STREAMS {key} >   .    s     .     .     .     .      .
XACK {key} g 1-1                       .    s     .     .     .     .      .
XAUTOCLAIM {key} g c 0 0               .    s     .     .     .     .      .
XCLAIM {key} g c 0 1-1                 .    .     .     .     .     .      .
EXISTS {key}                           sa   a     a     s     .     .      .
WATCH {key}                            s    .     .     s     .     .      .
LPUSH {key} v                          .    .     .     s     .     .      .
RPUSH {key} v                          .    .     .     s     .     .      .
RPOP {key}                             .    .     .     s     .     .      .
BRPOP {key} 1                          .    .     .     s     .     .      .
LLEN {key}                             .    .     .     s     .     .      .
LRANGE {key} 0 -1                      .    .     .     .     .     .      .
ZADD {key} 1 v                         .    .     .     s     .     .      .
ZREM {key} v                           .    .     .     s     .     .      .
ZRANGE {key} 0 -1                      .    .     .     s     .     .      .
ZREVRANGEBYSCORE {key} 1 0             .    .     .     s     .     .      .
HSET {key} f v                         .    .     .     s     .     .      .
HGET {key} f                           .    .     .     s     .     .      .
HDEL {key} f                           .    .     .     s     .     .      .
HGETALL {key}                          .    .     .     .     .     .      .
SADD {key} v                           .    .     .     s     .     .      .
SREM {key} v                           .    .     .     s     .     .      .
SMEMBERS {key}                         .    .     .     s     .     .      .
SET {key} v                            .    .     .     s     .     .      .
GET {key}                              .    .     .     .     .     .      .
MGET {key}                             .    .     .     .     .     .      .
DEL {key}                              .    .     .     s     .     m      .
UNLINK {key}                           .    .     .     .     .     .      .
PEXPIRE {key} 1                        .    .     .     s     .     .      .
EXPIRE {key} 1                         .    .     .     .     .     .      .
PERSIST {key}                          .    .     .     .     .     .      .
RENAME {key} {key}                     .    .     .     .     .     .      .
COPY {key} {key}                       .    .     .     .     .     .      .
MOVE {key} 1                           .    .     .     .     .     .      .
DUMP {key}                             .    .     .     .     .     .      .
RESTORE {key} 0 x                      .    .     .     .     .     .      .
TYPE {key}                             .    .     .     .     .     .      .
TTL {key}                              .    .     .     .     .     .      .
SORT {key}                             .    .     .     .     .     .      .
OBJECT ENCODING {key}                  .    .     .     .     .     .      .
MEMORY USAGE {key}                     .    .     .     .     .     .      .
EVAL x 1 {key}                         .    .     .     .     .     .      .
EVAL_RO x 1 {key}                      .    .     .     .     .     .      .
EVALSHA x 1 {key}                      .    .     .     .     .     .      .
FCALL x 1 {key}                        .    .     .     .     .     .      .
FCALL_RO x 1 {key}                     .    .     .     .     .     .      .
"""

# The channels: that on which a service's own relay is woken, another's, and any other.
BY_CHANNEL = """
                   own other else
PUBLISH {key} v    s   .     .
SPUBLISH {key} v   .   .     .
SUBSCRIBE {key}    s   .     .
SSUBSCRIBE {key}   .   .     .
PSUBSCRIBE {key}   .   .     .
"""

WITHOUT_KEY = """
PING                          sa
SELECT 0                      sa
MULTI                         s
EXEC                          s
DISCARD                       s
UNWATCH                       s
UNSUBSCRIBE                   s
CLIENT SETNAME n              sa
CLIENT SETINFO LIB-NAME n     sa
INFO                          m
KEYS *                        .
SCAN 0                        .
RANDOMKEY                     .
DBSIZE                        .
PUBSUB CHANNELS               .
SCRIPT LOAD x                 .
SCRIPT FLUSH                  .
FUNCTION LOAD x               .
FUNCTION LIST                 .
FUNCTION FLUSH                .
FUNCTION KILL                 .
ACL LIST                      .
ACL WHOAMI                    .
ACL SETUSER x                 .
ACL LOAD                      .
CONFIG GET *                  .
CONFIG SET maxmemory 1        .
CONFIG REWRITE                .
CLIENT LIST                   .
CLIENT KILL TYPE normal       .
CLIENT PAUSE 1                .
CLIENT NO-EVICT on            .
CLIENT TRACKING on            .
COMMAND LIST                  .
FLUSHALL                      .
FLUSHDB                       .
SWAPDB 0 1                    .
SAVE                          .
BGSAVE                        .
BGREWRITEAOF                  .
SHUTDOWN NOSAVE               .
DEBUG SLEEP 0                 .
MONITOR                       .
SLOWLOG GET                   .
LATENCY RESET                 .
MODULE LIST                   .
REPLICAOF NO ONE              .
FAILOVER                      .
SYNC                          .
PSYNC x 0                     .
WAIT 0 0                      .
LASTSAVE                      .
ROLE                          .
TIME                          .
"""


@dataclass(frozen=True)
class Cell:
    """One attempt of one role: the words of the command, and whether it may."""

    role: str
    words: tuple[str, ...]
    allowed: bool


def keys_of(role: str) -> tuple[str, ...]:
    """A key of each kind, in the order of the table's columns; "" where a role has none."""
    heard = publishers_of(role) if role != "auditor" else []
    names = [service.name for service in SERVICES]
    other = next(name for name in names if name not in (role, *heard))
    return (
        f"events:{role}",
        f"events:{heard[0]}" if heard else "",
        f"events:{other}",
        f"celery:{role}:tasks",
        f"celery:{other}:tasks",
        "quotes:market",
        f"cache:{role}:x",
    )


def cells() -> Iterator[Cell]:
    for role in ROLES:
        letters = LETTERS.get(role, "s")
        channels = (f"wake:{role}", "wake:trading" if role != "trading" else "wake:user", "x")
        for table, keys in ((BY_KEY, keys_of(role)), (BY_CHANNEL, channels), (WITHOUT_KEY, ("",))):
            for words, answers in rows(table, columns=len(keys)):
                for key, answer in zip(keys, answers, strict=True):
                    if key or table is WITHOUT_KEY:
                        may = any(letter in answer for letter in letters)
                        yield Cell(role, tuple(word.format(key=key) for word in words), may)


def rows(table: str, *, columns: int) -> Iterator[tuple[list[str], list[str]]]:
    """A line's command and its answers; the lines of the head have none."""
    for line in table.splitlines():
        words = line.split()
        if words and not line.startswith(" "):
            yield words[:-columns], words[-columns:]


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


#: On the sessions' server, of the frontend: a name of its own, and any other.
BY_PAGES = """
                                       own else
GET {key}                              w   .
MGET {key}                             w   .
SET {key} v                            w   .
DEL {key}                              w   .
EXISTS {key}                           w   .
EXPIRE {key} 1                         w   .
PERSIST {key}                          w   .
TTL {key}                              w   .
TYPE {key}                             .   .
APPEND {key} v                         .   .
RENAME {key} {key}                     .   .
DUMP {key}                             .   .
LPUSH {key} v                          .   .
XADD {key} * f v                       .   .
EVAL x 1 {key}                         .   .
PUBLISH {key} v                        .   .
SUBSCRIBE {key}                        .   .
"""


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
