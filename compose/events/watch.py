"""The process ``reconciler``: every ten seconds, does an inbox lack what it should have? See ``reconciler``.

It reads as the auditor and changes nothing itself: what is missing, its publisher sends again
(``python -m <publisher>.manage events replay``). While a server is down it waits for it. What it found is in
its log as JSON lines; how much was sent again, in `make events`, the publisher's admin and its metrics.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from typing import Any

import psycopg2
import redis

from compose.events.reconciler import BEHIND_S, PERIOD_S, Reconciler
from compose.local.console import log_line
from compose.local.paths import ROOT
from servicekit import redis_address
from servicekit.settings.environment import Environment

#: Less urgent to the kernel than whoever answers or moves an order: at twenty orders a second a look reads
#: some 5,000 events at once.
NICENESS = 10
#: Seconds that a statement may take, and a publisher to mark what it sends again.
STATEMENT_S, REPLAY_S = 15, 60
log = partial(log_line, "reconciler")


class Databases:
    """A connection to each service's database, made when it is needed, each statement by itself."""

    def __init__(self, auditor: Environment) -> None:
        self._auditor = auditor
        self._connections: dict[str, Any] = {}

    def query(self, service: str, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Raises:
            psycopg2.Error: it could not be answered; the next query makes a new connection.
        """
        try:
            if service not in self._connections:
                self._connections[service] = self._connect(service)
            with self._connections[service].cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall())
        except psycopg2.Error:
            if service in self._connections:
                self._connections.pop(service).close()
            raise

    def _connect(self, service: str) -> Any:
        connection = psycopg2.connect(
            **self._auditor.database,
            dbname=service,
            user=self._auditor.require("BIRZHA_DATABASE_USER"),
            password=self._auditor.require("BIRZHA_DATABASE_PASSWORD"),
            connect_timeout=5,
            application_name="reconciler",
            options=f"-c statement_timeout={STATEMENT_S}s",
        )
        connection.set_session(readonly=True, autocommit=True)
        return connection


def replay(publisher: str, ids: list[str]) -> None:
    """Have a publisher send events again.

    Raises:
        subprocess.SubprocessError: it could not.
    """
    command = [sys.executable, "-m", f"{publisher}_service.manage", "events", "replay", "--ids", "-"]
    subprocess.run(
        [*command, "--by", "reconciler"],
        cwd=ROOT,
        input="\n".join(ids),
        text=True,
        timeout=REPLAY_S,
        check=True,
        capture_output=True,
    )


def main() -> int:
    """Look until SIGTERM."""
    os.nice(NICENESS)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    auditor = Environment("auditor")
    client = redis_address.connect(
        auditor.require("BIRZHA_REDIS_URL"), socket_timeout=5, decode_responses=True, protocol=2
    )
    reconciler = Reconciler(Databases(auditor).query, client, replay)
    log("info", "looking for events that inboxes lack")
    while not stop.wait(BEHIND_S if reconciler.behind else PERIOD_S):
        try:
            for gap in reconciler.run_once():
                log(
                    "error",
                    f"{gap.subscriber} missed {len(gap.ids)} events of {gap.publisher}: they are sent again",
                    ids=[str(id) for id in gap.ids[:20]],
                )
        except (psycopg2.Error, redis.RedisError, subprocess.SubprocessError) as error:
            output = getattr(error, "stderr", None) or error
            log("warning", f"not everything can be read: {str(output).strip()[-500:]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
