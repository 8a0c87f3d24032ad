"""A page of what was found, best first, then by ticker.

A few thousand are ranked one by one. Of more, nearly all are found equally well: a sample tells how well;
then what is better is ranked, and the rest comes in the order of the tickers.

It is SQL because the ORM, which has no subquery to rank in, ranks each row twice: of 5,000 it takes 6 times
as long where 10 are found, twice where 950 are, 1.5 times where all are; to count them 2 to 11 times (by
turns, medians of 11 runs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from market_service.search.selectors.terms import Sql, Term, all_of

#: So many are ranked one by one.
RANKED = 3_000
#: So many are counted: to count 100,000 takes longer than all the rest of a search.
COUNTED = 10_000
#: So many are looked at for a sample, and for a page of those that are found equally well.
SAMPLE, WALKED = 400, 5_000
#: How many of a sample at least are found as well as most are.
COMMON = 20

#: PostgreSQL may think that a table is empty which has just been filled, and then makes all lexemes again.
ONLY_BY_INDEX = "SET LOCAL enable_seqscan = off"
_LEXEMES = "search_lexemes(e.ticker, e.isin, e.names, e.descriptions)"  # of which there is an index

Classes = tuple[int, ...]


class Query:
    """A search as SQL.

    Attributes:
        terms: all of them must be found.
        whole: a ticker or ISIN that is found without them; "" if one of the terms is that.
        type: only of this type; "" for any.
    """

    def __init__(self, terms: Sequence[Term], *, whole: str = "", type: str = "") -> None:
        self.terms, self.type = terms, type
        self._whole = whole
        quoted = whole.replace("\\", "\\\\").replace("'", "''")
        self._as_whole = [f"'t{quoted}' | 'i{quoted}'"] if whole else []
        self.lexemes = " | ".join([f"({all_of(terms)})", *self._as_whole])

    def count(self) -> int:
        """How many match; one more than :data:`COUNTED` for any more than that."""
        where = self.where()
        some = f"SELECT FROM search_searchentry AS e WHERE {where.text} LIMIT {COUNTED + 1}"
        ((count,),) = _rows(Sql(f"SELECT count(*) FROM ({some}) AS counted", where.params))
        return int(count)

    def page(self, *, count: int, offset: int, limit: int) -> list[UUID]:
        """The ids from ``offset`` on, of ``count`` that there are."""
        if count > RANKED:
            page = self._page_of_many(offset, limit)
            if page is not None:
                return page
        rows = self._ranked(self.lexemes, offset=offset, limit=limit)
        return [row[-1] for row in rows]

    def _page_of_many(self, offset: int, limit: int) -> list[UUID] | None:
        """As :meth:`page`, if nearly all are found equally well."""
        common = self._common()
        if common is None:
            return None
        better = [term.lexemes(rank) for term, rank in zip(self.terms, common, strict=True) if rank]
        better += self._as_whole
        if not better:
            return None
        lexemes = " | ".join(better)
        if len(self.terms) > 1:  # what one term is found better by is found by it
            lexemes = f"({self.lexemes}) & ({lexemes})"
        rows = self._ranked(lexemes, offset=0, limit=RANKED + 1)
        if len(rows) > RANKED:
            return None
        rank = (max(common), sum(common))
        equal = self._equal(common, offset + limit)
        if len(equal) < offset + limit:
            return None
        ranked = [row for row in rows if row[:2] <= rank]
        known = {row[-1] for row in ranked}
        found = sorted(ranked + [(*rank, *row) for row in equal if row[-1] not in known])
        return [row[-1] for row in found[offset : offset + limit]]

    def _common(self) -> Classes | None:
        """How well each of the terms is found in most of what is found, the best of what is common."""
        columns, params = self._columns(strict=True)
        some, given = self._some(SAMPLE)
        rows = _rows(Sql(f"SELECT {columns} FROM {some}", [*params, *given]))
        counted = Counter(row for row in rows if None not in row)
        common = [classes for classes, times in counted.items() if times >= COMMON]
        return min(common, key=lambda classes: (max(classes), sum(classes)), default=None)

    def _equal(self, common: Classes, limit: int) -> list[tuple[str, UUID]]:
        """The first that are found so well, by ticker, among the first instruments."""
        some, params = self._some(WALKED)
        conditions = []
        for term, rank in zip(self.terms, common, strict=True):
            text, given = term.rank(strict=True)
            conditions.append(f"{text} = {rank}")
            params += given
        return _rows(
            Sql(
                f"SELECT ticker, instrument_id FROM {some} WHERE {' AND '.join(conditions)} "
                f"ORDER BY ticker LIMIT {limit}",
                params,
            )
        )

    def _ranked(self, lexemes: str, *, offset: int, limit: int) -> list[tuple[int, int, str, UUID]]:
        columns, params = self._columns()
        names = [f"c{number}" for number in range(len(self.terms))]
        worst, total = f"greatest({', '.join(names)})", " + ".join(names)
        if self._whole:
            whole = "CASE WHEN %s IN (ticker, isin) THEN 0 ELSE "
            worst, total = f"{whole}{worst} END", f"{whole}{total} END"
        where = self.where(lexemes)
        return _rows(
            Sql(
                f"SELECT {worst} AS worst, {total} AS total, ticker, instrument_id FROM ("
                f"SELECT {columns}, ticker, isin, instrument_id FROM search_searchentry AS e "
                f"WHERE {where.text} OFFSET 0) AS found "
                f"ORDER BY worst, total, ticker OFFSET {offset} LIMIT {limit}",
                [*([self._whole] * 2 if self._whole else []), *params, *where.params],
            )
        )

    def _columns(self, *, strict: bool = False) -> tuple[str, list[Any]]:
        ranks = [term.rank(strict=strict) for term in self.terms]
        text = ", ".join(f"{rank.text} AS c{number}" for number, rank in enumerate(ranks))
        return text, [value for rank in ranks for value in rank.params]

    def _some(self, count: int) -> tuple[str, list[Any]]:
        """The first instruments by ticker, as ``e``."""
        where = "WHERE type = %s " if self.type else ""
        text = f"(SELECT * FROM search_searchentry {where}ORDER BY ticker LIMIT {count}) AS e"
        return text, [self.type] if self.type else []

    def where(self, lexemes: str = "") -> Sql:
        """The condition of the entries ``e`` that match.

        Args:
            lexemes: what they match; by default all of it.
        """
        type = Sql(" AND e.type = %s", [self.type]) if self.type else Sql("", [])
        return Sql(f"{_LEXEMES} @@ %s::tsquery{type.text}", [lexemes or self.lexemes, *type.params])


def _rows(sql: Sql) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"{ONLY_BY_INDEX}; {sql.text}", sql.params)
        return cursor.fetchall()
