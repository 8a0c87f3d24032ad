"""Customers with money and listed instruments, made by the services' own use-cases and events."""

from __future__ import annotations

import time

from benchmarks.system import BenchSystem
from compose.local.console import CommandError, step

#: Customers made by one process in one transaction.
AT_ONCE = 1000
#: Seconds that the services may take to receive a customer or an instrument.
LISTING_TIMEOUT_S = 60


def customers(system: BenchSystem, count: int, *, deposits: int = 1) -> list[str]:
    """Sign up customers and pay money in for each: 1,000,000.00 USD per deposit.

    Returns:
        Their user ids.
    """
    with step(f"signing up {count} customers with money"):
        users: list[str] = []
        while len(users) < count:
            users += system.inside("user", "users_register", count=min(AT_ONCE, count - len(users)))
        _wait(
            system,
            "billing",
            "SELECT count(*) FROM ledger_ledgeraccount WHERE user_id = ANY(%s::uuid[])",
            users,
        )
        system.inside("billing", "deposits_make", users=users, times=deposits)
        system.wait_quiet()
    return users


def instruments(system: BenchSystem, count: int) -> list[str]:
    """List instruments and wait until trading has received them and their prices.

    Returns:
        Their tickers.
    """
    with step(f"listing {count} instruments"):
        tickers: list[str] = system.inside("market", "instruments_list", count=count)
        listed = "SELECT count(*) FROM reference_listedinstrument WHERE ticker = ANY(%s)"
        _wait(system, "trading", listed, tickers)
        system.wait_quiet()
    return tickers


def _wait(system: BenchSystem, service: str, sql: str, expected: list[str]) -> None:
    end = time.monotonic() + LISTING_TIMEOUT_S
    while system.rows(service, sql, [expected])[0][0] < len(expected):
        if time.monotonic() > end:
            raise CommandError(
                f"{service} has not received all {len(expected)} within {LISTING_TIMEOUT_S} s."
            )
        time.sleep(0.1)
