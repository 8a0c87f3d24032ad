"""`make docker-faults`: partitions, kills and pauses of containers, under the load of `make faults`.

On a system of its own, which is deleted afterwards. A partition drops every packet between two containers,
in both directions and without a word, as a broken switch does; sockets of one machine never have that. It
takes Linux, root and Docker. FAULT=cut, or the name of one, runs those alone; SEED and RECOVERY as always.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import psycopg2

from compose.docker import __main__ as docker
from compose.docker import dotenv, network
from compose.local import environment
from compose.local.console import CommandError, say
from compose.local.paths import Home
from compose.local.settings import MANY_CUSTOMERS
from compose.system import AUDITOR, EVENTS, GATEWAY, POSTGRES, SUPERUSER, RedisServer
from compose.system.environment import auditor_variables
from servicekit.testing.waiting import wait
from tests.faults.kinds.base import COMES_BACK, Fault
from tests.faults.schedule import CALM, Planned
from tests.faults.target import Target
from tests.faults.trial import RECOVERY, Trial

PROJECT = "birzha-faults"
#: Seconds of a partition and of a pause.
DURATION_S = 10.0
#: Who is cut off from whom: every service's web server and worker from what they need, and who asks them.
CUT = (
    *((name, POSTGRES.name) for name in ("trading", "trading-worker", "billing-worker", "market-worker")),
    *((name, EVENTS.name) for name in ("trading-worker", "billing-worker", "market-worker")),
    *((name, GATEWAY.name) for name in ("trading", "user", "billing")),
    ("reconciler", POSTGRES.name),
)
KILLED = (
    POSTGRES.name,
    EVENTS.name,
    GATEWAY.name,
    "trading",
    "trading-worker",
    "billing-worker",
    "market-worker",
)
PAUSED = (POSTGRES.name, EVENTS.name, "trading", "trading-worker", "market-worker", "user")


class Containers(Target):
    """The system in containers, as what faults are done to; it is read from this machine."""

    @cached_property
    def passwords(self) -> dict[str, str]:
        return network.secrets_from(dotenv.read())

    @contextmanager
    def superuser(self, database: str) -> Iterator[Any]:
        connection = psycopg2.connect(
            host=address(POSTGRES.name, "data"),
            user=SUPERUSER,
            password=self.passwords[SUPERUSER],
            dbname=database,
            connect_timeout=5,
        )
        connection.autocommit = True
        with closing(connection):
            yield connection

    def not_running(self) -> list[str]:
        once = {"configure", "prepare", "load", "tools"}
        listed = _docker("ps", "-a", "--filter", f"label=com.docker.compose.project={PROJECT}",
                         "--format", '{{.Label "com.docker.compose.service"}} {{.State}}')  # fmt: skip
        states = dict(line.split(" ", 1) for line in listed.splitlines())
        return [name for name, state in states.items() if state != "running" and name not in once]


class _FromHost(network.Network):
    """Where the servers are for who looks at them from this machine."""

    @property
    def database(self) -> tuple[str, str]:
        return address(POSTGRES.name, "data"), str(network.POSTGRES_PORT)

    def redis(self, server: RedisServer, user: str, password: str) -> str:
        return f"redis://{user}:{password}@{address(server.name, 'data')}:{network.REDIS_PORT}/0"


@dataclass
class Cut(Fault):
    """No packet between two containers arrives."""

    other: str = ""
    seconds: float = DURATION_S
    rules: list[list[str]] = field(default_factory=list)

    def inject(self, target: Target, random: Random) -> None:
        pid = str(_inspect(self.touches)["State"]["Pid"])
        for place in _inspect(self.other)["NetworkSettings"]["Networks"].values():
            for chain, end in (("OUTPUT", "-d"), ("INPUT", "-s")):
                rule = [chain, end, place["IPAddress"], "-j", "DROP"]
                _run("nsenter", "-t", pid, "-n", "iptables", "-I", *rule)
                self.rules.append(["nsenter", "-t", pid, "-n", "iptables", "-D", *rule])

    def heal(self, target: Target) -> None:
        for rule in self.rules:
            _run(*rule)


@dataclass
class Kill(Fault):
    """SIGKILL, as of a crash; Docker starts it again."""

    def inject(self, target: Target, random: Random) -> None:
        os.kill(_inspect(self.touches)["State"]["Pid"], signal.SIGKILL)

    def heal(self, target: Target) -> None:
        wait(
            lambda: _inspect(self.touches)["State"]["Running"],
            f"{self.touches} did not come back",
            COMES_BACK,
        )


@dataclass
class Pause(Fault):
    """``docker pause``: it stands still, with what it had locked."""

    seconds: float = DURATION_S

    def inject(self, target: Target, random: Random) -> None:
        _docker("pause", container(self.touches))

    def heal(self, target: Target) -> None:
        _docker("unpause", container(self.touches))


def catalogue() -> list[Fault]:
    """Every fault of containers."""
    return [
        *(Cut(f"cut:{who}-{other}", who, other=other) for who, other in CUT),
        *(Kill(f"kill:{name}", name) for name in KILLED),
        *(Pause(f"pause:{name}", name) for name in PAUSED),
    ]


def container(service: str) -> str:
    """The container of a service."""
    by = ("project", PROJECT), ("service", service)
    filters = [
        word for name, value in by for word in ("--filter", f"label=com.docker.compose.{name}={value}")
    ]
    return _docker("ps", "-a", "-q", *filters).strip()


def address(service: str, name: str) -> str:
    """A container's address in a network."""
    found: str = _inspect(service)["NetworkSettings"]["Networks"][f"{PROJECT}_{name}"]["IPAddress"]
    return found


def main() -> int:
    """Run the trials that were asked for; 0 when everything was good."""
    if sys.platform != "linux" or os.geteuid() or not all(map(shutil.which, ("nsenter", "iptables"))):
        raise CommandError(
            "Partitions are made with nsenter and iptables, on Linux, by root: nothing was tried."
        )
    wanted = os.environ.get("FAULT", "")
    faults = [each for each in catalogue() if wanted in ("", each.name, each.name.partition(":")[0])]
    if not faults:
        raise CommandError(f"There is no fault {wanted}; there are: {', '.join(f.name for f in catalogue())}")
    seed = os.environ.get("SEED") or str(SystemRandom().randrange(1_000_000))
    dotenv.write()
    port = os.environ.setdefault("BIRZHA_PORT", "18001")
    with tempfile.TemporaryDirectory(prefix="birzha-faults-") as name:
        folder = Path(name)
        more = folder / "compose.faults.yaml"
        told = {"environment": MANY_CUSTOMERS}
        more.write_text(json.dumps({"services": dict.fromkeys(("configure", "prepare", "load"), told)}))
        os.environ |= {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_FILE": os.pathsep.join((str(docker.FOLDER / "compose.yaml"), str(more))),
            "BIRZHA_HOME": str(folder / "home"),
        }
        try:
            docker.compose("build", "configure")
            docker.compose("up", "-d", "--no-build")
            docker.wait()
            home = Home.at(folder / "home")
            home.create(for_tests=True)
            target = Containers(f"http://127.0.0.1:{port}", home)
            broken = [fault.name for fault in faults if not _trial(target, seed, fault)]
            say(f"{len(faults)} trials: {f'BROKEN: {broken}' if broken else 'all good'}")
            return int(bool(broken))
        finally:
            docker.compose("down", "-v", "--remove-orphans")


def _trial(target: Containers, seed: str, fault: Fault) -> bool:
    values = auditor_variables(_FromHost(), target.passwords, target.url)  # an address may have changed
    environment.write_one(target.home, AUDITOR, values)
    outcome = Trial(target, seed=seed, plan=[Planned(CALM, fault)], recovery_s=RECOVERY).run()
    say(
        f"seed {seed}  {'BROKEN' if outcome.broken else 'good'}  right after {outcome.recovery:4.1f} s  "
        f"{outcome.calls} calls ({outcome.unknown} without an answer), {outcome.looks} looks; {fault}"
    )
    if outcome.broken:
        say(outcome.text())
    return not outcome.broken


def _inspect(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_docker("inspect", container(service)))[0]
    return found


def _docker(*arguments: str) -> str:
    return _run("docker", *arguments)


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CommandError as error:
        sys.exit(f"\n{error}")
