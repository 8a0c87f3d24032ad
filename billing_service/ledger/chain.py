"""The hash chain over the journal: how a journal entry's hash is computed. Only the standard library.

Entries are numbered from 1 without a gap. An entry's hash is the SHA-256, in hex, of this text::

    <the hash of the entry before it; 64 zeros for the first>
    <number>|<id>|<type>|<source id>|<booked at, microseconds since 1970>|<order id>|<fill id>|<quantity>|
        <price, 8 digits after the point>|<id of the entry it reverses>|<request id>|<ticker>|<booked by>|
        <description>|<reason>                                     (one line; what is not there is empty)
    <account id>|<number>|<kind>|<amount>|<currency>|<balance after>   (a line per leg, by account and number)

UTF-8, lines parted by ``\n``. Text that a person wrote stands as a JSON string, in quotes, so no text can
pose as two fields. ``journal_chain.sql``, beside this file, computes the same inside PostgreSQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from json.encoder import encode_basestring
from pathlib import Path
from typing import Protocol
from uuid import UUID

#: What stands before the first entry.
ORIGIN = "0" * 64

#: The query that finds every entry that does not fit the chain; see the file.
BREAKS = (Path(__file__).parent / "journal_chain.sql").read_text(encoding="utf-8")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PRICE_STEP = Decimal("0.00000001")
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation])

#: Account id as text, number in the account, kind, amount, currency, balance after.
Leg = tuple[str, int, str, int, str, int]


class Entry(Protocol):
    """The hashed fields of a journal entry, without its legs."""

    id: UUID
    type: str
    source_id: UUID
    request_id: str
    order_id: UUID | None
    fill_id: UUID | None
    ticker: str
    quantity: int | None
    price: Decimal | None
    description: str
    reverses_id: UUID | None
    reason: str
    booked_by: str


def entry_hash(
    entry: Entry, *, legs: Iterable[Leg], number: int, occurred_at: datetime, previous: str
) -> str:
    """The hash of an entry that takes ``number`` in the chain.

    Args:
        legs: all of them, in any order.
        previous: the hash of entry ``number − 1``, or :data:`ORIGIN`.

    Raises:
        decimal.Inexact: the price is finer than the journal keeps.
    """
    moment = (occurred_at - _EPOCH) // _MICROSECOND
    lines = [
        previous,
        f"{number}|{entry.id}|{entry.type}|{entry.source_id}|{moment}|{entry.order_id or ''}|"
        f"{entry.fill_id or ''}|{'' if entry.quantity is None else entry.quantity}|{price_text(entry.price)}|"
        f"{entry.reverses_id or ''}|{encode_basestring(entry.request_id)}|{encode_basestring(entry.ticker)}|"
        f"{encode_basestring(entry.booked_by)}|{encode_basestring(entry.description)}|"
        f"{encode_basestring(entry.reason)}",
    ]
    lines += [
        f"{account_id}|{leg}|{kind}|{amount}|{currency}|{balance}"
        for account_id, leg, kind, amount, currency, balance in sorted(legs)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def price_text(price: Decimal | None) -> str:
    """A price as the journal keeps it, eight digits after the point; "" for none.

    Raises:
        decimal.Inexact: it is finer than that. NUMERIC(20,8) would round it without a word.
    """
    if price is None:
        return ""
    return str(price.quantize(_PRICE_STEP, context=_EXACT))
