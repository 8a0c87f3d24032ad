"""Reads a market of one's own, lists of instruments and price files, as a whole and without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from market_service.file_errors import FileError, FileErrors
from market_service.imports.instruments import ListedInstrument, instruments_read
from market_service.imports.options import ImportOptions
from market_service.imports.prices import prices_read
from market_service.imports.recognise import holds_list


@dataclass
class MarketChecked:
    """What a market's files hold, and all that is wrong with them.

    Attributes:
        lists, prices: the files of each kind.
        instruments: what the lists list; without a list, what has prices, with nothing known of it.
        days: daily prices, of all of it.
        waiting: tickers of what has neither a price nor daily prices.
        options: those of the import, by which these files are loaded.
    """

    options: ImportOptions
    lists: list[Path] = field(default_factory=list)
    prices: list[Path] = field(default_factory=list)
    instruments: dict[str, ListedInstrument | None] = field(default_factory=dict)
    days: int = 0
    waiting: list[str] = field(default_factory=list)
    errors: FileErrors = field(default_factory=FileErrors)


def market_check(
    paths: Sequence[Path], *, options: ImportOptions, currency: str, today: date
) -> MarketChecked:
    """Read a new exchange's whole market.

    Without a list of instruments every ticker that has prices is listed.

    Args:
        currency: that of the exchange; a list in another one is an error.
    """
    market = MarketChecked(options)
    for path in paths:
        (market.lists if holds_list(path, options) else market.prices).append(path)
    for path in market.lists:
        _list(market, path, currency)
    if not market.lists:
        market.options = replaced(options, list_unlisted=True)
    priced = {ticker for ticker, one in market.instruments.items() if one and one.price}
    for path in market.prices:
        priced |= _prices(market, path, today)
    market.waiting = sorted(market.instruments.keys() - priced)
    if not market.errors and not priced:
        market.errors.add(
            FileError(_("no prices"), _("the market"), _("none of its instruments has a price"))
        )
    return market


def _list(market: MarketChecked, path: Path, currency: str) -> None:
    try:
        file = instruments_read(path, options=market.options)
    except OSError as error:
        market.errors.add(_unread(path, error))
        return
    market.errors.take(file.errors, path.name)
    if foreign := sorted(file.currencies - {currency}):
        words = _(
            "it is in %(theirs)s, but the exchange would be in %(ours)s; choose with BIRZHA_CURRENCY"
        ) % {"theirs": ", ".join(foreign), "ours": currency}
        market.errors.add(FileError(_("a list in another currency"), path.name, words))
    holders = {one.values.get("isin"): ticker for ticker, one in market.instruments.items() if one}
    for ticker, one in file.instruments.items():
        isin = one.values.get("isin")
        if isin and (holder := holders.setdefault(isin, ticker)) != ticker:
            words = _("%(ticker)s has the ISIN %(isin)s") % {"ticker": holder, "isin": isin}
            market.errors.add(
                FileError(
                    _("an ISIN that is taken"), f"{path.name}, {_('line %d') % one.line} ({ticker})", words
                )
            )
        market.instruments.setdefault(ticker, one)


def _prices(market: MarketChecked, path: Path, today: date) -> set[str]:
    """The tickers that a file has prices of."""
    try:
        file = prices_read(path, listed=market.instruments.keys(), options=market.options, today=today)
    except OSError as error:
        market.errors.add(_unread(path, error))
        return set()
    try:
        market.errors.take(file.errors, path.name)
        tickers = set(file.tickers.values())
        market.days += file.days
    finally:
        file.close()
    if not market.lists:
        for ticker in sorted(tickers):
            market.instruments.setdefault(ticker, None)
    return tickers


def _unread(path: Path, error: OSError) -> FileError:
    return FileError(
        _("files that cannot be read"), path.name, _("cannot be read: %s") % (error.strerror or error)
    )
