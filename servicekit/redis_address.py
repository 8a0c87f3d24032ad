"""Redis by its address; or by those of Sentinels, which know the server that is the master now.

``unix://``, ``redis://`` and ``rediss://`` are redis-py's own. One by Sentinels is
``redis+sentinel://user:password@a.example.org:26379,b.example.org:26379/name``, where ``name`` is the
master's; ``rediss+sentinel://`` speaks TLS with them and with it, with the same query as ``rediss://``. Every
new connection asks them, and one to a master that has become a replica ends: nothing is ever read from a
replica. The user and the password are the master's; Sentinels are asked without.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.connection import SSLConnection
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool, SentinelManagedConnection

#: Where a Sentinel listens whose address does not say.
SENTINEL_PORT = 26379
#: Seconds without an answer after which the next Sentinel is asked.
ASKED = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
#: Who only listens is told by nobody that the server's host is gone: it is asked after 10 s of silence, and
#: given up after 25 s. redis-py would after 45 s, Celery's connections never. A socket of this machine needs
#: none of it.
_KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
KEEPALIVE: dict[str, Any] = {
    "socket_keepalive": True,
    "socket_keepalive_options": {
        getattr(socket, name): value for name, value in _KEEPALIVE.items() if hasattr(socket, name)
    },
}


def connect(url: str, *, single_connection_client: bool = False, **options: Any) -> Any:
    """A client of redis-py: ``redis.Redis.from_url``, also by Sentinels.

    Raises:
        redis.ConnectionError: ``single_connection_client``, and Redis is not there.
        ValueError: what is no address.
    """
    if _master(url) is None:
        return redis.Redis.from_url(
            url, single_connection_client=single_connection_client, **_kept_alive(url), **options
        )
    client = redis.Redis(
        connection_pool=pool(url, **options), single_connection_client=single_connection_client
    )
    client.auto_close_connection_pool = True
    return client


def pool(url: str, **options: Any) -> Any:
    """The pool of such a client: ``redis.ConnectionPool.from_url``, also by Sentinels."""
    if (master := _master(url)) is None:
        return redis.ConnectionPool.from_url(url, **_kept_alive(url), **options)
    secure = {key: value for key, value in master.secure.items() if key != "ssl"}
    return SentinelConnectionPool(
        master.name,
        _sentinels(master),
        connection_class=_AsksAgainByTls if secure else _AsksAgain,
        **master.account,
        **secure,
        **KEEPALIVE,
        **options,
    )


def replicas(url: str, **options: Any) -> Iterator[Any]:
    """A client of each replica, which Sentinels know of, for who administers them; none without Sentinels."""
    if (master := _master(url)) is not None:
        for host, port in _sentinels(master).discover_slaves(master.name):
            yield redis.Redis(host=host, port=port, **master.account, **master.secure, **options)


def broker(url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same for Celery. kombu spells ``unix://…`` as ``redis+socket://…``, and Sentinels each by itself.

    Returns:
        The settings ``broker_url`` and, by TLS, ``broker_use_ssl``; what ``broker_transport_options`` needs.
    """
    if url.startswith("unix://"):
        place = url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
        return {"broker_url": place}, {}
    if (master := _master(url)) is None:
        return {"broker_url": url}, dict(KEEPALIVE)
    account = urlsplit(url).netloc.rpartition("@")[0]
    places = (f"sentinel://{account}@{host}:{port}/0" for host, port in master.sentinels)
    options = {"master_name": master.name, "sentinel_kwargs": {**ASKED, **master.secure}, **KEEPALIVE}
    by_tls = {key: value for key, value in master.secure.items() if key != "ssl"}
    return {"broker_url": ";".join(places), **({"broker_use_ssl": by_tls} if by_tls else {})}, options


def _kept_alive(url: str) -> dict[str, Any]:
    return {} if url.startswith("unix://") else KEEPALIVE


class _AsksAgain(SentinelManagedConnection):
    """A connection that was lost asks the Sentinels before it is made anew, whoever sends.

    redis-py's own connects to where the master was, also once that is a replica
    (https://github.com/redis/redis-py/issues/3874).
    """

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        if self._sock is None:
            self.connect()
        super().send_packed_command(command, check_health)


class _AsksAgainByTls(_AsksAgain, SSLConnection):
    pass


@dataclass(frozen=True)
class _Master:
    name: str
    sentinels: list[tuple[str, int]]
    account: dict[str, Any]
    secure: dict[str, Any]


def _sentinels(master: _Master) -> Sentinel:
    once = {"protocol": 2, "retry": Retry(NoBackoff(), 0)}  # then the next is asked
    return Sentinel(master.sentinels, sentinel_kwargs={**ASKED, **master.secure, **once})


def _master(url: str) -> _Master | None:
    """What an address by Sentinels says; None: it is another one."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis+sentinel", "rediss+sentinel"):
        return None
    names, _, places = parts.netloc.rpartition("@")
    user, _, password = names.partition(":")
    secure: dict[str, Any] = {}
    if parts.scheme == "rediss+sentinel":
        chosen = dict(parse_qsl(parts.query))
        secure = {"ssl": True, "ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
        secure |= {key: chosen[key] for key in ("ssl_ca_certs",) if key in chosen}
    name = parts.path.strip("/")
    if not name or not places:
        raise ValueError("an address by Sentinels is as redis+sentinel://user:password@host:26379/master")
    account = {"username": unquote(user) or None, "password": unquote(password) or None}
    return _Master(name, [_place(each) for each in places.split(",")], account, secure)


def _place(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    return (
        (host.strip("[]"), int(port))
        if separator and not text.endswith("]")
        else (text.strip("[]"), SENTINEL_PORT)
    )
