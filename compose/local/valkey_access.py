"""Who may do what in the two Valkey servers: a role's commands on its kinds of keys, and nothing else.

Every right that a role has stands here by the command's name; no class of commands (``+@write``) is given,
because each would bring what nobody needs. No role runs scripts or functions: one that does not end stops the
server for everybody. None lists keys on the events' server, and none but the administrator administers.
``tests/test_valkey_roles.py`` is the same as a table, tried on a real server.
"""

from __future__ import annotations

import hashlib

from compose.services import FRONTEND, SERVICES
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
#: Its own dead letters.
DEAD_LETTERS = "+xadd +xdel +xlen +xrange"
#: The streams of those whom it hears: read as a consumer group, and acknowledge; never write.
CONSUME = "+xgroup|create +xreadgroup +xack +xautoclaim"
#: The quotes: market sends and gives them up when the server fills; trading follows.
SEND_QUOTES, FOLLOW_QUOTES = "+xadd +del", "+xread +xrevrange"
#: What the frontend does with its sessions: Django's cache, and looking whether the server is there.
SESSIONS = "+get +mget +set +del +exists +expire +persist +ttl +ping +select +client|setname +client|setinfo"
#: What the auditor does: look at streams and their groups.
AUDIT = (
    "+ping +select +client|setname +client|setinfo "
    "+exists +xlen +xrange +xpending +xinfo|stream +xinfo|groups"
)

QUOTES = "quotes:market"


def access_list(passwords: dict[str, str]) -> str:
    """The events' ACL file: a user per service, an administrator and a reader."""
    lines = ["user default off resetkeys resetchannels -@all"]
    lines += [_user(service.name, passwords, *_service(service.name)) for service in SERVICES]
    lines.append(_user("admin", passwords, "~*", "&*", "+@all"))
    lines.append(_user("auditor", passwords, "%R~events:*", "-@all", AUDIT))
    return "\n".join(lines) + "\n"


def sessions_access_list(passwords: dict[str, str]) -> str:
    """The sessions' ACL file: the frontend and an administrator; no service and no auditor comes in."""
    web = FRONTEND.name
    lines = [
        "user default off resetkeys resetchannels -@all",
        _user(web, passwords, f"~cache:{web}:*", "-@all", SESSIONS),
        _user("admin", passwords, "~*", "&*", "+@all"),
    ]
    return "\n".join(lines) + "\n"


def _service(name: str) -> list[str]:
    rules = [f"~celery:{name}:*", f"&wake:{name}", "-@all", CONNECTION, QUEUE]
    rules += ["+publish +subscribe +unsubscribe"]
    rules.append(f"({PUBLISH} ~events:{name})")
    rules.append(f"({DEAD_LETTERS} ~events:{name}:dead)")
    if heard := publishers_of(name):
        rules.append(f"({CONSUME} {' '.join(f'~events:{publisher}' for publisher in heard)})")
    if name == "market":
        rules.append("+info")  # how full the server is: quotes give way to events
        rules.append(f"({SEND_QUOTES} ~{QUOTES})")
    if name == "trading":
        rules.append(f"({FOLLOW_QUOTES} %R~{QUOTES})")
    return rules


def _user(name: str, passwords: dict[str, str], *rules: str) -> str:
    secret = hashlib.sha256(passwords[f"redis.{name}"].encode()).hexdigest()
    return f"user {name} on #{secret} resetkeys resetchannels {' '.join(rules)}"
