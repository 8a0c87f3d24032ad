"""The report of an import: what was recognised, what was left out, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from market_service.file_errors import FileErrors
from market_service.imports.instruments import InstrumentFile
from market_service.imports.prices import PriceFile

#: Names, and differences, that are told; the others are counted.
MAX_LISTED = 20


def prices_lines(file: PriceFile) -> Iterator[str]:
    """Of a file of prices: how it was read, and what of it was not taken."""
    for words in file.recognised:
        yield _("  recognised: %s") % words
    tickers = sorted(set(file.tickers.values()))
    if tickers:
        yield _("  %(days)s days of %(tickers)s, %(first)s … %(last)s") % {
            "days": f"{file.days:,}", "tickers": some(tickers, 8), "first": file.first, "last": file.last,
        }  # fmt: skip
    yield from _renamed(file.renamed)
    for note in file.notes:
        yield f"  {note}"
    yield from _left_out(file.left_out)
    for line in file.warnings.lines():
        yield _("  warning: %s") % line if not line.startswith("  ") else f"  {line}"


def instruments_lines(file: InstrumentFile) -> Iterator[str]:
    """Of a list: the same."""
    for words in file.recognised:
        yield _("  recognised: %s") % words
    yield from _renamed(file.renamed)
    if file.shortened:
        yield _("  names were shortened: %s") % some(file.shortened)
    yield from _left_out(file.left_out)


def assumed_line(assumed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What nobody said of the new instruments, and how to say it."""
    options = {
        "price_step": "--price-step",
        "lot_size": "--lot-size",
        "issued_quantity": "--issued",
        "type": "--type",
    }
    for name, option in options.items():
        if tickers := assumed.get(name):
            yield _("  %(field)s is guessed or a default for %(tickers)s (set it with %(option)s)") % {
                "field": name, "tickers": some(tickers), "option": option,
            }  # fmt: skip


def differing_lines(differing: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> Iterator[str]:
    """What a list says otherwise than the exchange, an instrument a line."""
    for ticker, fields in list(differing.items())[:MAX_LISTED]:
        changes = (f"{name} {_value(old)} → {_value(new)}" for name, (old, new) in fields.items())
        yield f"    {ticker}: " + "; ".join(changes)
    if (more := len(differing) - MAX_LISTED) > 0:
        yield _("    … and %s more") % f"{more:,}"


def some(names: Sequence[str], most: int = 5) -> str:
    """Some names, and how many more there are."""
    return ", ".join(names[:most]) + (
        _(" and %s more") % f"{len(names) - most:,}" if len(names) > most else ""
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    return repr(value) if isinstance(value, str) else f"{value.normalize():f}"


def _renamed(renamed: Mapping[str, str]) -> Iterator[str]:
    if renamed:
        yield _("  taken as: %s") % some([f"{name} → {ticker}" for name, ticker in renamed.items()], 8)


def _left_out(left_out: FileErrors) -> Iterator[str]:
    for line in left_out.lines():
        yield _("  left out: %s") % line if not line.startswith("  ") else f"  {line}"
