"""PostgreSQL and Redis of one's own: where they are, whose certificates count, what is made there."""

from __future__ import annotations

import os
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
import yaml
from kombu import Connection

from compose.docker import network, render
from compose.local import databases, postgres, prepare_own, secrets, valkey
from compose.local.console import CommandError
from compose.local.own_servers import AUTHORITIES, OwnServers, authorities
from compose.local.paths import Home
from compose.local.settings import free_port
from compose.local.stack import Stack
from compose.system import EVENTS, SERVICES, SESSIONS, SUPERUSER
from compose.system.databases import prepare
from compose.system.environment import auditor_variables, service_variables
from servicekit import redis_address
from servicekit.settings.environment import Environment
from servicekit.testing.certificates import self_signed

PLACES = {
    "BIRZHA_POSTGRES_SERVER": "postgresql://boss@db.example.org:25060",
    "BIRZHA_REDIS_SERVER": "rediss://redis.example.org",
    "BIRZHA_SESSIONS_SERVER": "redis://boss@[fd00::1]:6380",
}
TRADING = next(service for service in SERVICES if service.name == "trading")


def test_an_address_says_where_as_whom_and_whether_by_tls() -> None:
    own = OwnServers.read(PLACES)
    there = network.Network(own)
    assert there.database == ("db.example.org", "25060")
    assert there.database_ca == str(network.AUTHORITIES_COPY)
    url = there.redis(EVENTS, "trading", "a/b")
    assert url.startswith("rediss://trading:a%2Fb@redis.example.org:6379/0?ssl_cert_reqs=required")
    assert own.by_name["sessions"].places == (("fd00::1", 6380),)
    assert not own.by_name["sessions"].has_tls
    assert (own.by_name["postgres"].user, own.by_name["redis"].user) == ("boss", "default")
    assert network.Network(OwnServers.read({})).database == ("postgres", "5432")
    assert network.Network(OwnServers.read({})).database_ca == ""


def test_several_hosts_are_replicas_of_postgresql_or_sentinels_of_redis() -> None:
    own = OwnServers.read(
        {
            "BIRZHA_POSTGRES_SERVER": "postgresql://boss@a.example.org,b.example.org:25060",
            "BIRZHA_REDIS_SERVER": "rediss+sentinel://boss@s1.example.org,s2.example.org:5000/birzha",
            "BIRZHA_SESSIONS_SERVER": "redis+sentinel://s1.example.org/sessions",
        }
    )
    there = network.Network(own)
    assert there.database == ("a.example.org,b.example.org", "5432,25060")
    url = there.redis(EVENTS, "trading", "a/b")
    assert url.startswith(
        "rediss+sentinel://trading:a%2Fb@s1.example.org:26379,s2.example.org:5000/birzha?ssl"
    )
    settings, options = redis_address.broker(url)
    assert settings["broker_url"] == (
        "sentinel://trading:a%2Fb@s1.example.org:26379/0;sentinel://trading:a%2Fb@s2.example.org:5000/0"
    )
    assert settings["broker_use_ssl"]["ssl_ca_certs"] == str(network.AUTHORITIES_COPY)
    assert options["master_name"] == "birzha"
    pool = redis_address.pool(url)
    assert pool.connection_kwargs["password"] == "a/b"
    assert pool.connection_kwargs["ssl_ca_certs"] == str(network.AUTHORITIES_COPY)
    assert there.redis(SESSIONS, "web", "x") == "redis+sentinel://web:x@s1.example.org:26379/sessions"


def test_in_a_redis_with_one_user_everybody_is_that_one() -> None:
    own = OwnServers.read({**PLACES, "BIRZHA_REDIS_USERS": "shared"})
    passwords = own.passwords({"redis.admin": "one", "redis.trading": "two", "trading": "three"})
    assert passwords == {"redis.admin": "one", "redis.trading": "one", "trading": "three"}
    assert network.Network(own).redis(EVENTS, "trading", "one").startswith("rediss://default:one@")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"BIRZHA_POSTGRES_SERVER": "db.example.org"}, "must be as postgresql://"),
        ({"BIRZHA_POSTGRES_SERVER": "postgresql://a@db?sslmode=require"}, "sslmode=disable"),
        ({"BIRZHA_POSTGRES_SERVER": "postgresql://a:geheim@db"}, "belongs to BIRZHA_SECRET_POSTGRES"),
        ({**PLACES, "BIRZHA_REDIS_SERVER": "rediss://a:geheim@r"}, "belongs to BIRZHA_SECRET_REDIS_ADMIN"),
        ({**PLACES, "BIRZHA_REDIS_SERVER": "redis://r:port"}, "must be as rediss://"),
        ({**PLACES, "BIRZHA_REDIS_SERVER": "rediss://r,s"}, "By Sentinels it is as"),
        ({**PLACES, "BIRZHA_REDIS_SERVER": "rediss+sentinel://r,s"}, "By Sentinels it is as"),
        ({**PLACES, "BIRZHA_REDIS_SERVER": "rediss+sentinel://a:geheim@r/m"}, "belongs to"),
        ({"BIRZHA_POSTGRES_SERVER": "postgresql://a@db1:1,:2"}, "must be as postgresql://"),
        ({"BIRZHA_REDIS_SERVER": "rediss://r"}, "given together"),
        ({**PLACES, "BIRZHA_REDIS_USERS": "two"}, "either own or shared"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(variables: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        OwnServers.read(variables)
    assert "geheim" not in str(refused.value)
    with pytest.raises(CommandError, match="whose certificates to believe"):
        authorities({})


def test_a_file_leaves_the_containers_out_and_opens_their_network() -> None:
    for name, (servers, ways_out) in render.OWN.items():
        found = yaml.safe_load(render.FILE.with_name(name).read_text(encoding="utf-8"))
        assert all(found["services"][server] == {"scale": 0} for server in servers)
        assert found["networks"] == {each: {"internal": False} for each in ways_out}
        assert found["services"]["configure"]["volumes"][0].endswith(f":{AUTHORITIES}:ro")


# -- real servers, by TLS, as somebody who is no superuser --------------------------------------------


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A PostgreSQL with nothing in it, whose administrator is no superuser, and a Valkey."""
    monkeypatch.setattr(databases, "prepare", _empty)
    with tempfile.TemporaryDirectory(prefix="birzha-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Home.at(Path(folder) / "home"))
        try:
            stack.backing_up()
            yield stack
        finally:
            stack.reset()


def _empty(home: Home, passwords: dict[str, str], **_more: object) -> None:
    """As somebody else's server is: whoever has a password comes in, and one may make things."""
    (home.etc / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="utf-8")
    superuser = {"role": SUPERUSER, "password": passwords[SUPERUSER]}
    with closing(databases.connect(home, **superuser)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("CREATE ROLE boss LOGIN CREATEROLE CREATEDB PASSWORD %s", [superuser["password"]])


@pytest.fixture
def tls(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Both behind TLS, at addresses; what says where."""
    certificate, key = self_signed(tmp_path, "localhost")
    monkeypatch.setattr(network, "AUTHORITIES_COPY", certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    passwords, run = secrets.load(stack.home), stack.home.run
    with redis.Redis.from_url(valkey.url(stack.home, "admin", passwords["redis.admin"], EVENTS)) as client:
        client.acl_deluser("trading", "auditor")
    with ExitStack() as both:
        first = both.enter_context(closing(_Tls(run / f".s.PGSQL.{postgres.PORT}", context, postgres=True)))
        second = both.enter_context(closing(_Tls(stack.home.socket(EVENTS.name), context)))
        yield {
            # of the two one is not there
            "BIRZHA_POSTGRES_SERVER": f"postgresql://boss@localhost:{free_port()},localhost:{first.port}",
            "BIRZHA_REDIS_SERVER": f"rediss://admin@localhost:{second.port}",
            "BIRZHA_SESSIONS_SERVER": f"rediss://admin@localhost:{second.port}",
        }


def test_managed_servers_by_tls_are_enough(
    stack: Stack, tls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from compose.docker.prepare import _connect

    passwords, own = secrets.load(stack.home), OwnServers.read(tls)

    def connect(database: str) -> Any:
        return _connect(own, passwords, database)

    for _start in range(2):
        prepare_own.require_database(own, connect)
        prepare(connect, passwords, replicas=network.REPLICAS)
        prepare_own.make_redis_users(own, passwords, network.AUTHORITIES_COPY)

    there = network.Network(own)
    told = service_variables(TRADING, there, passwords, _Nothing())
    auditor = auditor_variables(there, passwords, "")

    def rows(variables: dict[str, str], *statements: str, owner: bool = False) -> list[tuple[Any, ...]]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        role = "DATABASE_OWNER" if owner else "DATABASE_USER"
        word = "DATABASE_OWNER_PASSWORD" if owner else "DATABASE_PASSWORD"
        connection = psycopg2.connect(
            dbname="trading",
            user=variables[f"BIRZHA_{role}"],
            password=variables[f"BIRZHA_{word}"],
            **Environment("trading").database,
        )
        connection.autocommit = True
        with socket.socket(fileno=os.dup(connection.fileno())) as wire:
            assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000, "or for 15 min"
        with closing(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    rows(told, "CREATE TABLE probe (note text)", owner=True)
    rows(told, "INSERT INTO probe VALUES ('рубль')")
    assert rows(auditor, "SELECT upper(note) FROM probe") == [("РУБЛЬ",)]
    assert rows(told, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    for forbidden in ("CREATE TABLE mine (n int)", "TRUNCATE probe"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            rows(told, forbidden)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        rows({**told, "BIRZHA_DATABASE_USER": "billing", "BIRZHA_DATABASE_PASSWORD": passwords["billing"]})

    with redis_address.connect(told["BIRZHA_REDIS_URL"], decode_responses=True, protocol=2) as client:
        _require_asks_after_silence(client)
        assert client.xadd("events:trading", {"envelope": "{}"})
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.xadd("events:billing", {"envelope": "{}"})
    settings, options = redis_address.broker(told["BIRZHA_REDIS_URL"])
    with Connection(settings["broker_url"], transport_options=options) as broker:
        assert broker.ensure_connection(max_retries=1)
        channel: Any = broker.default_channel
        _require_asks_after_silence(channel.client)

    elsewhere = {name: place.replace("localhost", "127.0.0.1") for name, place in tls.items()}
    own = OwnServers.read(elsewhere)  # whose certificate is not of that name
    with pytest.raises(CommandError, match=r"(?s)127\.0\.0\.1:\d+: .*certificate"):
        prepare_own.require_database(own, connect)
    with pytest.raises(CommandError, match=r"127\.0\.0\.1:\d+: .*certificate verify failed"):
        prepare_own.make_redis_users(own, passwords, network.AUTHORITIES_COPY)


def _require_asks_after_silence(client: Any) -> None:
    """Who only listens to a host that is gone is told so by nobody."""
    connection = client.connection_pool.get_connection()
    wire = connection._sock
    assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
    client.connection_pool.release(connection)


class _Nothing(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


class _Tls:
    """Ends TLS in front of a server's socket; PostgreSQL's clients ask first whether they may."""

    def __init__(self, server: Path, context: ssl.SSLContext, *, postgres: bool = False) -> None:
        self._server, self._context, self._postgres = server, context, postgres
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        _thread(self._accept)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                _thread(lambda client=client: self._serve(client))

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            if self._postgres:
                assert client.recv(8) == b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
                client.sendall(b"S")
            secure = self._context.wrap_socket(client, server_side=True)
            with secure, socket.socket(socket.AF_UNIX) as server:
                server.connect(str(self._server))
                _thread(lambda: _pump(server, secure))
                _pump(secure, server)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def _thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
