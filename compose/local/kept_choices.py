"""What a system keeps from its first start on: its currency and its market."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path
from typing import Any

from compose.local import databases
from compose.local.console import CommandError
from compose.local.market_choice import DEFAULT_CURRENCY, MarketChoice
from compose.local.paths import Home
from compose.system import SERVICES, SUPERUSER
from compose.system.databases import Connect

#: Tables that have a row as soon as anything counts in a currency, and whose database they are in.
COUNTED = (("market", "instruments_instrument"), ("billing", "ledger_ledgeraccount"))


def require_same(home: Home, wanted: MarketChoice, passwords: dict[str, str]) -> None:
    """Refuse to start with another currency or market than the data have. PostgreSQL runs by now.

    Raises:
        CommandError: says which they have, and what to do.
    """
    found = require_currency(
        home.root,
        wanted,
        lambda name: databases.connect(home, role=SUPERUSER, password=passwords[SUPERUSER], database=name),
    )
    if "market" in found:
        require_kept(home, wanted, market=str(home.read_state().get("market", DEFAULT_CURRENCY.lower())))


def require_currency(where: Path, wanted: MarketChoice, connect: Connect) -> dict[str, str]:
    """Refuse another currency than the data have.

    Args:
        where: the folder of the system, for the sentence.
        connect: a connection to a database.

    Returns:
        The currency of each service's data, of those that have any.

    Raises:
        CommandError: says which they have, and what to do.
    """
    found = currencies_of_data(connect)
    for currency in found.values():
        require_kept(Home.at(where), wanted, currency=currency)
    return found


def require_kept(home: Home, wanted: MarketChoice, *, currency: str = "", market: str = "") -> None:
    """Refuse what differs from what a system has, as far as that is given.

    Raises:
        CommandError: the sentence.
    """
    beside = (
        f"or start another exchange beside it: make up {as_variables(wanted)} "
        f"BIRZHA_HOME=.birzha-{wanted.currency.lower()} BIRZHA_PORT=8001"
    )
    if currency and currency != wanted.currency:
        raise CommandError(
            f"The accounts and instruments in {home.root} are in {currency}, not in {wanted.currency}, and "
            f"an exchange keeps its currency. Go on with make up BIRZHA_CURRENCY={currency}, {beside}. "
            "make reset deletes this one."
        )
    if market and market != wanted.market:
        raise CommandError(
            f"The exchange in {home.root} began with the market {market}, not with {wanted.market}, and "
            f"nothing is delisted. Go on with make up BIRZHA_MARKET={market}, add to it with make "
            f"import, {beside}. make reset deletes this one."
        )


def as_variables(wanted: MarketChoice) -> str:
    """As it is said to ``make up``."""
    if wanted.folder is None:
        return f"BIRZHA_CURRENCY={wanted.currency}"
    return f"BIRZHA_CURRENCY={wanted.currency} BIRZHA_MARKET={shlex.quote(wanted.market)}"


def currencies_of_data(connect: Connect) -> dict[str, str]:
    """The currency of each service's data, of those that have any."""
    found: dict[str, str] = {}
    known = {service.name for service in SERVICES}
    for name, table in COUNTED:
        if name not in known:
            continue
        with closing(connect(name)) as connection, connection.cursor() as cursor:
            if row := _first(cursor, table):
                found[name] = str(row[0])
    return found


def _first(cursor: Any, table: str) -> Any:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"])
    if not cursor.fetchone()[0]:
        return None
    cursor.execute(f"SELECT currency FROM {table} LIMIT 1")
    return cursor.fetchone()
