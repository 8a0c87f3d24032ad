"""What each role of Redis may: tables of role × kind of key × command.

``s`` every service, ``m`` market, ``t`` trading, ``n`` notification,
``a`` the auditor, ``.`` nobody. The administrator, whose
password no process of the system has, may do everything; the frontend is nobody among the events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compose.system import SERVICES
from servicekit.contracts.subscribers import publishers_of

ROLES = [*(service.name for service in SERVICES), "auditor"]
LETTERS = {"market": "sm", "trading": "st", "notification": "sn", "auditor": "a"}

# own, read, other: the stream that one publishes on, one that one subscribes to, one of another service;
# queue: Celery's; else: anything else: a cache, a page's session, the list of who is out.
BY_KEY = """
                                       own  read  other queue queue quotes else
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

# The channels: that on which a service's own relay is woken, another's; that on which its own stream process
# hears what has changed, another's; and any other.
BY_CHANNEL = """
                   own other told others else
PUBLISH {key} v    s   .     mtn  .      .
SPUBLISH {key} v   .   .     .    .      .
SUBSCRIBE {key}    s   .     mtn  .      .
SSUBSCRIBE {key}   .   .     .    .      .
PSUBSCRIBE {key}   .   .     .    .      .
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


@dataclass(frozen=True)
class Cell:
    """One attempt of one role: the words of the command, and whether it may."""

    role: str
    words: tuple[str, ...]
    allowed: bool


def keys_of(role: str) -> tuple[str, ...]:
    """A key of each kind, in the order of the table's columns; "" where a role has none."""
    read = publishers_of(role) if role != "auditor" else []
    names = [service.name for service in SERVICES]
    other = next(name for name in names if name not in (role, *read))
    return (
        f"events:{role}",
        f"events:{read[0]}" if read else "",
        f"events:{other}",
        f"celery:{role}:tasks",
        f"celery:{other}:tasks",
        "quotes:market",
        f"cache:{role}:x",
    )


def cells() -> Iterator[Cell]:
    for role in ROLES:
        letters = LETTERS.get(role, "s")
        other = "trading" if role != "trading" else "market"
        channels = (f"wake:{role}", f"wake:{other}", f"changes:{role}", f"changes:{other}", "x")
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
