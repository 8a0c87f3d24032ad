"""Who may do what in the two Valkey servers: a role's commands on its kinds of keys, and nothing else.

Every right that a role has stands here by the command's name; no class of commands (``+@write``) is given,
because each would bring what nobody needs. No role runs scripts or functions: one that does not end stops the
server for everybody. None lists keys on the events' server, and none but the administrator administers.
``compose/local/tests/valkey_rights.py`` is the same as a table; a test tries it on a real server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from compose.system import AUDITOR, EVENTS, STREAM, WEB_SERVERS, RedisServer, Service
from servicekit.contracts.subscribers import publishers_of

#: What a connection says of itself, without any key. AUTH, HELLO, QUIT and RESET are everybody's.
CONNECTION = "+ping +select +client|setname +client|setinfo +multi +exec +discard +unwatch"
#: A service's own Celery queues: kombu's transport (kombu/transport/redis.py), and its mutex.
QUEUE = (
    "+lpush +rpush +brpop +rpop +llen +zadd +zrem +zrange +zrevrangebyscore +hset +hget +hdel "
    "+sadd +srem +smembers +exists +pexpire +watch +set +del"
)
#: Its own stream: the relay sends and looks what is lost; trimming and `events status` look at the groups.
PUBLISH = (
    "+xadd +xtrim +xsetid +xlen +xrange +exists +watch +xpending "
    "+xinfo|stream +xinfo|groups +xgroup|create +xgroup|destroy"
)
#: The streams that it subscribes to: read as a consumer group, and acknowledge; never write.
CONSUME = "+xgroup|create +xreadgroup +xack +xautoclaim"
#: The quotes: who sends them gives them up when the server fills; others follow.
SEND_QUOTES, FOLLOW_QUOTES = "+xadd +del", "+xread +xrevrange"
#: What the frontend does with its sessions: Django's cache, and looking whether the server is there.
PAGES = "+get +mget +set +del +exists +expire +persist +ttl +ping +select +client|setname +client|setinfo"
#: What the auditor does: look at streams and their groups.
AUDIT = (
    "+ping +select +client|setname +client|setinfo "
    "+exists +xlen +xrange +xpending +xinfo|stream +xinfo|groups"
)

QUOTES = "quotes:market"


def access_list(server: RedisServer, passwords: Mapping[str, str]) -> str:
    """A server's ACL file: the services that use it, an administrator and, of events, a reader.

    Args:
        passwords: every secret by its name.
    """
    lines = ["user default off resetkeys resetchannels -@all"]
    lines += [f"user {name} {' '.join(rules)}" for name, rules in users(server, passwords).items()]
    lines.append(f"user admin {' '.join(_enters('admin', passwords))} ~* &* +@all")
    return "\n".join(lines) + "\n"


def users(server: RedisServer, passwords: Mapping[str, str]) -> dict[str, list[str]]:
    """The services that use a server and, of events, a reader: name → the rules of ``ACL SETUSER``."""
    found = {service.name: _service(service) for service in WEB_SERVERS if service.redis == server}
    if server == EVENTS:
        found[AUDITOR] = ["%R~events:*", "-@all", *AUDIT.split()]
    return {name: [*_enters(name, passwords), *rules] for name, rules in found.items()}


def _enters(name: str, passwords: Mapping[str, str]) -> list[str]:
    secret = hashlib.sha256(passwords[f"redis.{name}"].encode()).hexdigest()
    return ["on", f"#{secret}", "resetkeys", "resetchannels"]


def _service(service: Service) -> list[str]:
    """A rule each; commands on keys of their own are one, in brackets."""
    name = service.name
    if service.redis != EVENTS:
        return [f"~cache:{name}:*", "-@all", *PAGES.split()]
    rules = [f"~celery:{name}:*", f"&wake:{name}", "-@all", *CONNECTION.split(), *QUEUE.split()]
    if STREAM in service.types:
        rules.insert(2, f"&changes:{name}")  # what its stream process is told
    rules += ["+publish", "+subscribe", "+unsubscribe"]
    rules.append(f"({PUBLISH} ~events:{name})")
    if publishers := publishers_of(name):
        rules.append(f"({CONSUME} {' '.join(f'~events:{publisher}' for publisher in publishers)})")
    if service.quotes == "send":
        rules.append("+info")  # how full the server is: quotes give way to events
        rules.append(f"({SEND_QUOTES} ~{QUOTES})")
    if service.quotes:
        rules.append(f"({FOLLOW_QUOTES} %R~{QUOTES})")
    return rules
