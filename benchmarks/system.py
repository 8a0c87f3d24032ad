"""The system that is measured: one of its own on a free port, made anew, taken down whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any

import redis

from benchmarks import profiler
from benchmarks.cpu import CpuMeter, CpuUse
from compose.check.invariants import INVARIANTS
from compose.local import catalogs, databases, environment, secrets
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home
from compose.local.settings import MANY_CUSTOMERS, Settings, free_port
from compose.local.stack import Stack
from compose.system import AUDITOR, SERVICES, SUPERUSER
from compose.system.environment import child_environment

#: A file in the home that says: made here, may be deleted. Nobody's data is deleted for a number.
MARK = "benchmark"


#: New customers get a mail each, which would be sent beside what is measured next.
_MAILS = "SELECT count(*) FROM delivery_delivery WHERE state = 'pending'"
#: Those that nobody has in hand go at once, not when their minute of gathering is over.
_SEND_MAILS = "UPDATE delivery_delivery SET next_at = now() WHERE state = 'pending' AND attempts = 0"


class BenchSystem:
    """A running system and the ways to look at it and into it.

    Attributes:
        home: its folder.
        url: its public address.
        cpu: what its processes have spent.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.url: str = home.read_state()["url"]
        self.cpu = CpuMeter(home)

    @contextmanager
    def measured(self) -> Iterator[CpuUse]:
        """What is inside is what counts: yields what was spent before, for ``cpu.since``."""
        profiler.switch(self.home, on=True)
        try:
            yield self.cpu.read()
        finally:
            profiler.switch(self.home, on=False)

    # -- its databases ----------------------------------------------------------------------------

    @cached_property
    def _auditors(self) -> dict[str, Any]:
        password = secrets.load(self.home)[AUDITOR]
        return {
            service.name: databases.connect(self.home, role=AUDITOR, password=password, database=service.name)
            for service in SERVICES
        }

    def rows(self, service: str, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query on a service's database, as the role that can only read."""
        with self._auditors[service].cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def superuser(self, database: str) -> Any:
        """A connection that may do everything, in autocommit mode: for what no use-case does."""
        password = secrets.load(self.home)[SUPERUSER]
        return databases.connect(self.home, role=SUPERUSER, password=password, database=database)

    # -- its services -----------------------------------------------------------------------------

    def inside(self, service: str, function: str, **arguments: Any) -> Any:
        """Call a function of ``benchmarks.fixtures.<service>`` in a process with the service's settings.

        Returns:
            What it returned; JSON, like the arguments.
        """
        with self.begin_inside(service, function, **arguments) as call:
            return call.result()

    @contextmanager
    def begin_inside(self, service: str, function: str, **arguments: Any) -> Iterator[ServiceFunction]:
        """The same, for a function that stops half-way and waits for the word to go on.

        The process stays until the end of the block: what its database connection has spent before is
        then never mistaken for something that was spent within.
        """
        argv = [sys.executable, "-m", "benchmarks.fixtures", service, function]
        process = subprocess.Popen(
            argv,
            cwd=ROOT,
            env=child_environment(self.home.root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            call = ServiceFunction(process, f"{service}.{function}")
            call.send(json.dumps(arguments))
            yield call
        except BaseException:
            process.kill()
            raise
        finally:
            process.communicate()

    def manage(self, package: str, *arguments: str) -> None:
        """Run a management command.

        Raises:
            CommandError: it failed.
        """
        self._run(f"{package}.manage", *arguments)

    def check(self, *, but: Sequence[str] = ()) -> None:
        """`make check`: nothing was lost, created or spent twice.

        Args:
            but: invariants that are left out.

        Raises:
            CommandError: something was; carries what.
        """
        only = [invariant.id for invariant in INVARIANTS if invariant.id not in but]
        self._run("compose.check", "--wait", "15", "--only", *only)

    def wait_quiet(self, *, seconds: float = 120) -> None:
        """Return when every event has been sent and handled by everybody, and every mail is out.

        Raises:
            CommandError: not within the time.
        """
        end = time.monotonic() + seconds
        with closing(self.superuser("notification")) as connection, connection.cursor() as cursor:
            while found := self._under_way():
                if time.monotonic() > end:
                    raise CommandError(f"After {seconds:.0f} s there is still something under way: {found}")
                cursor.execute(_SEND_MAILS)
                time.sleep(0.2)

    def _under_way(self) -> dict[str, int]:
        """Unsent rows per outbox, unhandled entries per stream and group, mails; nothing that is zero."""
        found: dict[str, int] = {"mails": self.rows("notification", _MAILS)[0][0]}
        for service in SERVICES:
            name = service.name
            unsent = self.rows(name, "SELECT count(*) FROM outbox_unsent")
            found[f"{name}'s outbox"] = unsent[0][0]
            stream = f"events:{name}"
            if self._redis.exists(stream):
                for group in self._redis.xinfo_groups(stream):
                    found[f"{stream} → {group['name']}"] = (group["lag"] or 0) + group["pending"]
        return {name: number for name, number in found.items() if number}

    @cached_property
    def _redis(self) -> Any:
        url = environment.read(self.home, "auditor")["BIRZHA_REDIS_URL"]
        return redis.Redis.from_url(url, decode_responses=True)

    def _run(self, module: str, *arguments: str) -> None:
        argv = [sys.executable, "-m", module, *arguments]
        result = subprocess.run(
            argv,
            cwd=ROOT,
            env=child_environment(self.home.root),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise CommandError(f"{module} {' '.join(arguments)}:\n{result.stdout}{result.stderr}")

    def close(self) -> None:
        """Close the connections that were opened here."""
        for connection in self.__dict__.pop("_auditors", {}).values():
            connection.close()


class ServiceFunction:
    """A function that runs inside a service."""

    def __init__(self, process: subprocess.Popen[str], name: str) -> None:
        self._process = process
        self._name = name

    def wait_ready(self) -> None:
        """Return when it waits for the word to go on."""
        self._line("ready")

    def go(self) -> None:
        """Let it go on."""
        self.send("go")

    def send(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def result(self) -> Any:
        """What it returned."""
        return json.loads(self._line("result"))

    def _line(self, word: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            key, _, rest = line.partition(" ")
            if key.strip() == word:
                return rest
        raise CommandError(f"benchmarks.fixtures.{self._name} ended with {self._process.wait()}")


@contextmanager
def fresh_system(home: Home, *, feed: str = "manual", smtp_url: str = "") -> Iterator[BenchSystem]:
    """A new system, without any data but the catalogue; stopped at the end, its logs stay.

    Args:
        feed: ``manual``: no price moves, so that no order is refused for it.
        smtp_url: where its mail goes; "": to a folder.

    Raises:
        CommandError: the folder is something else's, or the system does not come up.
    """
    _renew(home)
    catalogs.compile_changed()
    stack = Stack(home)
    settings = MANY_CUSTOMERS | {"BIRZHA_PORT": str(free_port()), "BIRZHA_FEED": feed}
    if smtp_url:
        settings["BIRZHA_SMTP_URL"] = smtp_url
    try:
        stack.up(Settings.read(home, settings))
        with (
            closing(BenchSystem(home)) as system,
            profiler.profiled(home, profiler.PROFILED) as system.cpu.extra,
        ):
            yield system
    finally:
        stack.down()


def _renew(home: Home) -> None:
    mark = home.root / MARK
    if home.root.exists() and any(home.root.iterdir()):
        if not mark.exists():
            raise CommandError(f"{home.root} is no benchmark's system; name another by BIRZHA_BENCH_HOME.")
        Stack(home).reset()
    home.create()
    mark.touch()
