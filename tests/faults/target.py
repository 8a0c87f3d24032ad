"""The system that faults are done to: its processes, its servers and their folders."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import cached_property
from typing import Any

import psutil
import psycopg2
import redis

from compose.local import databases, secrets, valkey
from compose.local.supervisor import RUNNING, Supervisor
from compose.system import EVENTS, SUPERUSER, RedisServer
from tests.system import System

#: What PostgreSQL says while it comes back from a kill, and seconds that a slow disk may take it.
RECOVERING = ("in recovery mode", "starting up", "not yet accepting connections")
RECOVERED_S = 60


class Target(System):
    """A system made for tests. As root of its own servers it may do what no service may."""

    @cached_property
    def passwords(self) -> dict[str, str]:
        """The system's secrets, by name."""
        return secrets.load(self.home)

    def pid(self, name: str) -> int:
        """The process id that supervisord knows; 0 while the process is not there."""
        return int(self.process(name)["pid"])

    def family(self, name: str) -> list[psutil.Process]:
        """The process and all its descendants."""
        with suppress(psutil.Error):
            parent = psutil.Process(self.pid(name))
            return [parent, *parent.children(recursive=True)]
        return []

    def not_running(self) -> list[str]:
        """The processes that supervisord does not see running."""
        return [s["name"] for s in Supervisor(self.home).states() if s["statename"] != RUNNING]

    def redis(self, *, timeout: float = 5, server: RedisServer = EVENTS) -> Any:
        """A client that may do everything."""
        url = valkey.url(self.home, "admin", self.passwords["redis.admin"], server)
        return redis.Redis.from_url(url, socket_timeout=timeout, decode_responses=True, protocol=2)

    @contextmanager
    def superuser(self, database: str) -> Iterator[Any]:
        """A connection in autocommit mode that may do everything; waits for a server that recovers."""
        connection = self._connected(database)
        try:
            yield connection
        finally:
            with suppress(psycopg2.Error):
                connection.close()

    def _connected(self, database: str) -> Any:
        end = time.monotonic() + RECOVERED_S
        while True:
            try:
                return databases.connect(
                    self.home, role=SUPERUSER, password=self.passwords[SUPERUSER], database=database
                )
            except psycopg2.OperationalError as error:
                if time.monotonic() > end or not any(words in str(error) for words in RECOVERING):
                    raise
                time.sleep(0.1)

    def arm(self, service: str, point: str) -> None:
        """Let the first process of a service that reaches a point kill itself."""
        (self.home.faults / f"{service}.{point}").touch()

    def armed(self, service: str, point: str) -> bool:
        """Whether nobody has reached it yet."""
        return (self.home.faults / f"{service}.{point}").exists()

    def disarm(self, service: str, point: str) -> bool:
        """Nobody is to die there any more. Returns whether somebody did."""
        try:
            (self.home.faults / f"{service}.{point}").unlink()
        except FileNotFoundError:
            return True
        return False

    def wait_until_there(self, name: str, *, seconds: float) -> None:
        """Return when supervisord has a living process of that name, which may still be starting."""
        self._wait(name, lambda state: state["pid"] != 0 and psutil.pid_exists(state["pid"]), seconds)

    def set_half_spread(self, tickers: Iterable[str], share: Decimal | None) -> None:
        """Let the house keep so far from the quotes of these, as a share of it; None: the default.

        To be brought nearer only while no order rests there: nothing is executed here.
        """
        with self.superuser("market") as connection, connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE instruments_instrument AS instrument SET half_spread = round(price * %s, 6)
                FROM quotes_quote AS quote WHERE instrument_id = instrument.id AND ticker = ANY(%s)
                """,
                [share, list(tickers)],
            )

    def announce_dividends(self, tickers: Iterable[str], per_unit: Decimal) -> None:
        """Let the venue pay a dividend of these within seconds; each call is one of another day."""
        with self.superuser("market") as connection, connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO corporate_actions_corporateaction
                    (id, instrument_id, type, day, per_unit, currency, state, reason)
                SELECT gen_random_uuid(), id, 'dividend',
                    (now() AT TIME ZONE 'UTC')::date - (
                        SELECT count(*)::int FROM corporate_actions_corporateaction
                        WHERE instrument_id = instrument.id
                    ), %s, currency, 'announced', 'under load'
                FROM instruments_instrument AS instrument WHERE ticker = ANY(%s)
                """,
                [per_unit, list(tickers)],
            )

    def end_day(self) -> None:
        """Let the market's day be over; the next tick closes it."""
        with self.superuser("market") as connection, connection.cursor() as cursor:
            # no session is longer than a day; with the other feeds the date says when it is over
            cursor.execute("UPDATE clock_marketclock SET elapsed_s = 86400 WHERE feed = 'replay'")
            cursor.execute("UPDATE clock_marketclock SET day = day - 1 WHERE feed <> 'replay'")

    def announce_split(self, ticker: str, old_units: int, new_units: int) -> None:
        """Let the venue split an instrument within seconds; each call is one of another day."""
        with self.superuser("market") as connection, connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO corporate_actions_corporateaction
                    (id, instrument_id, type, day, old_units, new_units, currency, state, reason)
                SELECT gen_random_uuid(), id, 'split',
                    (now() AT TIME ZONE 'UTC')::date - (
                        SELECT count(*)::int FROM corporate_actions_corporateaction
                        WHERE instrument_id = instrument.id
                    ), %s, %s, currency, 'announced', 'under load'
                FROM instruments_instrument AS instrument WHERE ticker = %s
                """,
                [old_units, new_units, ticker],
            )

    def splits_of(self, ticker: str) -> list[str]:
        """The states of an instrument's splits, the earliest first."""
        with self.superuser("market") as connection, connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT state FROM corporate_actions_corporateaction AS action
                JOIN instruments_instrument AS instrument ON instrument.id = instrument_id
                WHERE action.type = 'split' AND ticker = %s ORDER BY action.id
                """,
                [ticker],
            )
            return [state for (state,) in cursor.fetchall()]

    def trades_between_customers(self) -> int:
        """How many trades there ever were in which neither side is the house."""
        with self.superuser("market") as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM venue_trade WHERE num_nulls(buy_order_id, sell_order_id) = 0"
            )
            return int(cursor.fetchone()[0])

    def set_clock(self, service: str, seconds: float) -> None:
        """Put a service's clock off by so much; 0: right again."""
        file = self.home.clock(service)
        if seconds:
            aside = file.with_suffix(".new")
            aside.write_text(f"{seconds}", encoding="utf-8")
            aside.replace(file)
        else:
            file.unlink(missing_ok=True)


def send(processes: list[psutil.Process], number: signal.Signals) -> None:
    """Signal those that are still there; a process id given away anew is left alone."""
    for process in processes:
        with suppress(psutil.Error, ProcessLookupError):
            if process.is_running():
                os.kill(process.pid, number)
