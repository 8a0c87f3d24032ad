"""``{% market_rows %}``: the market's rows, which everybody sees alike, each with the reader's own star."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.utils.safestring import SafeString

from web_frontend.page_locale import PageLocale, page_locale
from web_frontend.templatetags.remembered import PARTS, written_part

register = template.Library()

#: Where a row's star goes (instruments/row.html); no value has it, because values are escaped.
STAR = "<!--star-->"
#: How a name says that what it names is simulated.
SIMULATED = ("simulated", "учебн")


@register.simple_tag
def market_rows(rows: Sequence[tuple[str, str]], watched: Sequence[str] | None) -> SafeString:
    """The rows with their stars.

    Args:
        rows: the ticker of each, and how it is written.
        watched: the tickers on the reader's watchlist; None: there are no stars.
    """
    if watched is None:
        return SafeString("".join(row for _, row in rows))
    page, starred = page_locale(), set(watched)
    return SafeString("".join(_with_star(row, ticker, ticker in starred, page) for ticker, row in rows))


@lru_cache(maxsize=PARTS)
def _with_star(row: str, ticker: str, starred: bool, page: PageLocale) -> str:
    values = {"ticker": ticker, "starred": starred}
    return row.replace(STAR, written_part("watchlist/star_cell.html", values, page))


@register.filter
def is_to_be_called_simulated(instrument: dict[str, Any]) -> bool:
    """Whether a simulated instrument has a name that does not say so, as those of Birzha's own markets do."""
    name = instrument["name"].lower()
    return bool(instrument["simulated"]) and not any(word in name for word in SIMULATED)
