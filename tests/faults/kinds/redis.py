"""Redis: emptied, robbed of its last second, without memory, without a disk."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from redis.exceptions import RedisError, ResponseError

from compose.local import system_owner
from compose.local.valkey import data_folder
from compose.local.valkey_recovery import MANIFEST, MAX_QUARANTINED, quarantined
from compose.system import SESSIONS
from tests.faults.customer import Customer
from tests.faults.kinds.base import COMES_BACK, Fault
from tests.faults.pages import DONE
from tests.faults.target import Target


def log_file(target: Target) -> Path:
    """The append-only file that is being written to."""
    return max((target.home.data / "redis" / "appendonlydir").glob("*.incr.aof"), key=_number)


def rewrite_log(target: Target) -> None:
    """Begin a new append-only file, unless the server is just doing so."""
    try:
        target.redis().bgrewriteaof()
    except ResponseError as error:
        if "already in progress" not in str(error):
            raise


def answering_pid(target: Target) -> int:
    """The server's process id, once it answers: it has read its files, if the fault before left it any."""
    end = time.monotonic() + COMES_BACK
    while True:
        try:
            return int(target.redis().info("server")["process_id"])
        except RedisError:
            if time.monotonic() >= end:
                raise
            time.sleep(0.1)


def _number(file: Path) -> int:
    return int(file.name.split(".")[-3])


@dataclass
class Flush(Fault):
    """FLUSHALL: every stream, group and queue is gone."""

    def inject(self, target: Target, random: Random) -> None:
        with suppress(RedisError):
            target.redis().flushall()


@dataclass
class LosesLastSecond(Fault):
    """What a power cut does under ``appendfsync everysec``: killed, and the end of its log is gone."""

    pid: int = 0

    def inject(self, target: Target, random: Random) -> None:
        self.pid = answering_pid(target)
        before, file = (file := log_file(target)).stat().st_size, file
        time.sleep(1.0)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)  # nothing is written between the cut and the end
            if log_file(target) == file:
                lost = file.stat().st_size - before
                os.truncate(file, before + lost % 7)  # in the middle of a command, mostly
                self.notes.append(f"{lost} bytes lost")
            os.kill(self.pid, signal.SIGKILL)

    def heal(self, target: Target) -> None:
        target.wait_until_restarted("redis", killed=self.pid, seconds=COMES_BACK)


@dataclass
class OutOfMemory(Fault):
    """``maxmemory`` is reached: every write is refused (nothing is ever evicted)."""

    seconds: float = 4.0

    def inject(self, target: Target, random: Random) -> None:
        self._limit(target, "1mb")

    def heal(self, target: Target) -> None:
        self._limit(target, "256mb")

    def _limit(self, target: Target, value: str) -> None:
        with suppress(RedisError):  # a server that was started anew has its own limit again
            target.redis().config_set("maxmemory", value)


@dataclass
class DamagedFile(Fault):
    """A bad disk: it is killed, and what it wrote cannot be read, or is not there any more."""

    pid: int = 0
    kept: int = 0

    def prepare(self, target: Target) -> None:
        rewrite_log(target)

    def inject(self, target: Target, random: Random) -> None:
        self.pid = answering_pid(target)
        self.kept = len(quarantined(data_folder(target.home)))
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)
            folder = log_file(target).parent
            base, manifest = max(folder.glob("*.base.rdb"), key=_number), folder / MANIFEST
            damage: dict[str, Callable[[], object]] = {
                "manifest gone": manifest.unlink,
                "manifest is garbage": lambda: manifest.write_bytes(random.randbytes(100)),
                "base cut": lambda: os.truncate(base, base.stat().st_size // 2),
                "base gone": base.unlink,
                "log is garbage": lambda: log_file(target).write_bytes(random.randbytes(5000)),
            }
            name = random.choice(list(damage))
            self.notes.append(name)
            damage[name]()
            os.kill(self.pid, signal.SIGKILL)

    def heal(self, target: Target) -> None:
        target.wait_until_restarted("redis", killed=self.pid, seconds=COMES_BACK)

    def afterwards(self, target: Target, end: float) -> None:
        if len(quarantined(data_folder(target.home))) <= self.kept < MAX_QUARANTINED:
            self.broken.append("Redis's damaged files were not kept")


@dataclass
class DiskFull(Fault):
    """Its append-only file may not grow: the write fails as on a full disk, then every command does.

    By the kernel's limit of a file's size, so that no other disk is needed and no other process suffers.
    Once there is space again the server is killed: what it wrote must be good enough to start from.
    """

    needs_linux = True
    seconds: float = 4.0
    pid: int = 0

    def prepare(self, target: Target) -> None:
        rewrite_log(target)  # a file that was begun by a rewrite is written to in another way

    def inject(self, target: Target, random: Random) -> None:
        self.pid = answering_pid(target)
        self._limit(target, log_file(target).stat().st_size + random.randint(500, 3000))

    def heal(self, target: Target) -> None:
        self._limit(target, resource.RLIM_INFINITY)
        time.sleep(1.5)  # it tries again every second
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        target.wait_until_restarted("redis", killed=self.pid, seconds=COMES_BACK)

    def _limit(self, target: Target, size: int) -> None:
        def limit() -> None:
            _, hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, hard))

        with suppress(ProcessLookupError):
            system_owner.as_owner(target.home, limit)  # even root may not, where it lacks CAP_SYS_RESOURCE


@dataclass
class FullOfSessions(Fault):
    """The pages' server is full to its budget: sessions unused longest go, and nothing else notices.

    A customer signs in by the pages and out again while the flood goes on; their session ends.
    """

    touches: str = "sessions"
    seconds: float = 4.0

    def prepare(self, target: Target) -> None:
        self.person = Customer(target.url, seed=self.name)
        self.person.register()

    def inject(self, target: Target, random: Random) -> None:
        with suppress(RedisError):  # it may have been killed just now
            client = target.redis(server=SESSIONS)
            budget = int(client.config_get("maxmemory")["maxmemory"])
            evicted = int(client.info("stats")["evicted_keys"])
            for part in range(int(budget * 1.2) // 2_600_000):
                with client.pipeline(transaction=False) as pipe:
                    for number in range(1000):
                        pipe.set(f"cache:web:flood-{part}-{number}", "x" * 2600, ex=120)
                    pipe.execute()
            self.notes.append(f"{int(client.info('stats')['evicted_keys']) - evicted} sessions went")
            self.notes.append(f"the page says {self.person.pages_sign_in_and_out()}")

    def heal(self, target: Target) -> None:
        with suppress(RedisError):
            target.redis(server=SESSIONS).flushall()

    def afterwards(self, target: Target, end: float) -> None:
        with suppress(RedisError):
            if evicted := int(target.redis().info("stats")["evicted_keys"]):
                self.broken.append(f"the events' server evicted {evicted} keys")
        while (outcome := self.person.pages_sign_in_and_out()) != DONE:
            if time.monotonic() >= end:
                self.broken.append(f"one cannot sign in and out by the pages: {outcome}")
                return
            time.sleep(0.5)
