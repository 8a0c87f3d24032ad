"""Instruments in another order than that of the tickers or of how well they are found.

Of all instruments, the first keys are looked for in the one table that has them; only what is near the page
is joined, to be sorted by ticker where keys are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from market_service.search.selectors import RANKED, Found
from market_service.search.words import fold
from servicekit.arrays import array


class _Key(NamedTuple):
    """What is sorted by.

    Attributes:
        text: a column or an expression of ``table``.
        id: its column with the instrument's id.
        narrow: whether to go through ``table``, or an index of it, takes much less than a join.
    """

    text: str
    table: str
    id: str
    narrow: bool = True


_KEYS = {
    "ticker": _Key("ticker", "search_searchentry", "instrument_id"),
    "name": _Key("name_en", "instruments_instrument", "id"),
    "type": _Key("type", "search_searchentry", "instrument_id"),
    "price": _Key("price", "quotes_quote", "instrument_id"),
    "change_percent": _Key("price / previous_close", "quotes_quote", "instrument_id"),
    "available_quantity": _Key("available_quantity", "instruments_instrument", "id", narrow=False),
}
#: Public names; a minus before one turns it around.
ORDERINGS = tuple(_KEYS)

#: So many more than a page may have the key of its last.
EQUAL = 200
#: Of a type, so many times as many of any are looked at.
OF_ANY_TYPE = 5
#: How few a search finds is not known to PostgreSQL: of many it must not look each up.
_MANY_AT_ONCE = "SET LOCAL enable_nestloop = off; "


@dataclass(frozen=True)
class InstrumentFilter:
    """Instruments that have a quote.

    Attributes:
        found: what a search found; None: all.
        type: only of this type; "" for any.
        tickers: only these, in capitals; None: any.
    """

    found: Found | None = None
    type: str = ""
    tickers: Sequence[str] | None = None

    def count(self) -> int:
        """How many."""
        where, params = self._where()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM search_searchentry AS e WHERE {where}", params)
            (count,) = cursor.fetchone()
        return int(count)

    def page(self, ordering: str, offset: int, limit: int) -> list[UUID]:
        """Their ids from ``offset`` on; equal ones by ticker.

        Args:
            ordering: one of :data:`ORDERINGS`, perhaps with a minus; a name is that in the active language.
        """
        name, descending = ordering.removeprefix("-"), ordering.startswith("-")
        key = _KEYS[name]
        if name == "name" and get_language() == "ru":
            key = key._replace(text="name_ru")
        if self == InstrumentFilter(type=self.type) and key.narrow:
            page = _near(key, descending, offset, limit, self.type)
            if page is not None:
                return page
        many = self.found is not None and self.found.count > RANKED
        return _page(key, descending, offset, limit, *self._where(), many=many)

    def _where(self) -> tuple[str, list[Any]]:
        """The condition of the entries ``e``."""
        conditions, params = ["true"], list[Any]()
        if self.type:
            conditions.append("e.type = %s")
            params.append(self.type)
        if self.tickers is not None:
            conditions.append("e.ticker = ANY(%s::text[])")
            params.append(array(map(fold, self.tickers)))
        if self.found is not None:
            text, given = self.found.condition("e.instrument_id")
            conditions.append(text)
            params += given
        return " AND ".join(conditions), params


def _near(key: _Key, descending: bool, offset: int, limit: int, type: str) -> list[UUID] | None:
    """A page of all, or of a type; None where what is near may not hold it.

    So it is where more than :data:`EQUAL` have the key of its last, or few of what is near are of the type.
    The ORM, which joins and sorts all, takes 2 to 6 times as long for the first 50 of 5,000 prices; what it
    saves with 100,000: docs/adr/0062.
    """
    order, last = ("DESC", "min") if descending else ("ASC", "max")
    count = (offset + limit + EQUAL) * (OF_ANY_TYPE if type else 1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
WITH near AS MATERIALIZED (
    SELECT {key.id} AS instrument_id, {key.text} AS key FROM {key.table} ORDER BY key {order} LIMIT %s
)
SELECT e.instrument_id, (SELECT count(*) FROM near) = %s AND near.key = (SELECT {last}(key) FROM near)
FROM near JOIN search_searchentry AS e USING (instrument_id) {"WHERE e.type = %s" if type else ""}
ORDER BY near.key {order}, e.ticker LIMIT %s OFFSET %s
""",
            [count, count, *([type] if type else []), limit, offset],
        )
        rows = cursor.fetchall()
    if len(rows) < limit or rows[-1][1]:
        return None
    return [id_ for id_, _ in rows]


def _page(
    key: _Key, descending: bool, offset: int, limit: int, where: str, params: list[Any], *, many: bool
) -> list[UUID]:
    """A page of those that match, all of which are joined and sorted.

    The ORM, which joins the instruments besides, takes 1.5 times as long for all of 5,000 by price, 1.7
    times for 200 tickers, 2 to 4 times for what a search found (by turns, medians of 11 runs).
    """
    order = "DESC" if descending else "ASC"
    keys = f"SELECT {key.id} AS instrument_id, {key.text} AS key FROM {key.table}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_MANY_AT_ONCE if many else ''}"
            f"SELECT e.instrument_id FROM search_searchentry AS e JOIN ({keys}) AS k USING (instrument_id) "
            f"WHERE {where} ORDER BY k.key {order}, e.ticker LIMIT %s OFFSET %s",
            [*params, limit, offset],
        )
        return [id_ for (id_,) in cursor.fetchall()]
