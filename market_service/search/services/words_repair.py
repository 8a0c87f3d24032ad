"""Compares the search's tables with what the instruments' fields give, and writes what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from market_service.instruments.models import Instrument
from market_service.search.models import SearchEntry, SearchWord
from market_service.search.services.words_write import InstrumentTexts, words_write
from servicekit.portions import portions_of

#: Instruments read at a time, and locked and written in one transaction.
PORTION, LOCKED = 500, 50

#: What is compared: the fields of an instrument that are searched, and the entry that it has.
_FIELDS = (
    *("id", "type", "ticker", "isin", "name_en", "name_ru", "description_en", "description_ru"),
    *(f"search_entry__{name}" for name in ("type", "ticker", "isin", "names", "descriptions")),
)


@dataclass
class WordsDiffering:
    """The tickers of the instruments that the search does not know as they are.

    Attributes:
        checked: how many instruments were looked at.
    """

    checked: int = 0
    tickers: list[str] = field(default_factory=list)


def words_check() -> WordsDiffering:
    """Find the quoted instruments whose words are not those that their fields give, and entries of others."""
    result = WordsDiffering()
    for rows in _portions():
        result.checked += len(rows)
        result.tickers += [one.ticker for one in _differing(rows)]
    result.tickers += _unquoted().values_list("ticker", flat=True)
    return result


def words_repair() -> WordsDiffering:
    """Write the words of those that :func:`words_check` finds. In portions; trading goes on.

    Returns:
        What differed.
    """
    result = WordsDiffering()
    for rows in _portions():
        result.checked += len(rows)
        differing = [one.instrument_id for one in _differing(rows)]
        for some in portions_of(differing, LOCKED):
            with transaction.atomic():
                these = _quoted().filter(pk__in=some)
                list(these.only("id").select_for_update(no_key=True, of=("self",)))
                again = _differing(list(these.values_list(*_FIELDS)))
                words_write(again)
            result.tickers += [one.ticker for one in again]
    with transaction.atomic():
        unquoted = dict(_unquoted().values_list("pk", "ticker"))
        SearchEntry.objects.filter(pk__in=unquoted).delete()
    result.tickers += unquoted.values()
    return result


def _quoted() -> QuerySet[Instrument]:
    return Instrument.objects.filter(quote__isnull=False).order_by("id")


def _unquoted() -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(instrument__quote__isnull=True)


def _portions() -> Iterator[list[tuple]]:
    after = UUID(int=0)
    while rows := list(_quoted().filter(id__gt=after).values_list(*_FIELDS)[:PORTION]):
        yield rows
        after = rows[-1][0]


def _differing(rows: list[tuple]) -> list[InstrumentTexts]:
    differing, words = [], dict[str, InstrumentTexts]()
    for row in rows:
        one = InstrumentTexts(*row[:8])
        entry = one.entry()
        if (one.type, *entry) != row[8:]:
            differing.append(one)
        else:
            words |= dict.fromkeys(entry.words, one)
    known = SearchWord.objects.filter(word__in=words).values_list("word", flat=True)
    unknown = {words[word] for word in words.keys() - set(known)}
    return sorted({*differing, *unknown})
