"""Maps names in files to listed tickers."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from market_service.imports.errors import BadFile, BadRow, shown
from market_service.instruments.ticker import TICKER_PATTERN

#: Signs that other exchanges use, and what stands for them here.
_SIGNS = str.maketrans({"/": ".", "^": "-", " ": ".", "=": "-", "$": "-"})
_EXCHANGE = re.compile(r"(?:[A-Z0-9]{2,8}[.:])?(?P<ticker>[^:]+?)(?::[A-Z0-9]{2,8})?")
_COUNTRY = re.compile(r"(?P<ticker>.+)\.(?:[A-Z]{1,3})")
#: ``tsta_us_d``, ``tsta.us``, ``TSTA_240115_240119``, ``TSTA``.
_NAMED = re.compile(
    r"(?P<ticker>[A-Za-z0-9&-]{1,12}(?:\.[A-Za-z](?=$|_))?)(?:[._][a-z]{2}(?:_[dwm])?|_[0-9]{6,8}){0,2}"
)
_PARTS = re.compile(r"[\s_,;()\[\]]+|(?<=\s)-|-(?=\s)")


def allowed(written: str) -> str:
    """What one can be listed under: capitals, ``/`` as ``.``, ``^`` as ``-``; empty if nothing can."""
    ticker = written.strip().upper().lstrip("^$").translate(_SIGNS)
    return ticker if ticker.isascii() and re.fullmatch(TICKER_PATTERN, ticker) else ""


class Tickers:
    """Names of a file → tickers of the exchange; each is told but once.

    Attributes:
        renamed: name → ticker, of those that differ.
    """

    def __init__(self, listed: Container[str], *, given: str = "", list_unlisted: bool = False) -> None:
        self._listed, self._given, self._list_unlisted = listed, given, list_unlisted
        self._known: dict[str, str] = {}
        self.renamed: dict[str, str] = {}

    @property
    def used(self) -> dict[str, str]:
        """Name → ticker, of all that were asked for."""
        return dict(self._known)

    def of(self, written: str) -> str:
        """The ticker that a name of the file stands for.

        Raises:
            BadRow: it is not listed; or it is the second name where one ticker was given for all.
        """
        if (known := self._known.get(written)) is not None:
            return known
        if self._given:
            if self._known:
                first = next(iter(self._known))
                raise BadRow(
                    _("several tickers"),
                    _("the file has prices of %(first)s and of %(second)s: --ticker cannot stand for both")
                    % {"first": shown(first), "second": shown(written)},
                )
            ticker = self._listed_as(self._given)
        else:
            ticker = self._listed_as(written.strip())
        self._known[written] = ticker
        if written.strip() not in ("", ticker):
            self.renamed[written.strip()] = ticker
        return ticker

    def means(self, written: str, ticker: str) -> bool:
        """Whether a name stands for this ticker."""
        try:
            return self._listed_as(self._given or written.strip()) == ticker
        except BadRow:
            return False

    def knows(self, written: str) -> bool:
        """Whether a name stands for a ticker."""
        try:
            self._listed_as(written.strip())
        except BadRow:
            return False
        return True

    def _listed_as(self, name: str) -> str:
        forms = [name, allowed(name)]
        if match := _EXCHANGE.fullmatch(name.upper()):
            forms.append(allowed(match["ticker"]))
        forms += [
            allowed(match["ticker"]) for form in forms[:] if (match := _COUNTRY.fullmatch(form.upper()))
        ]
        for form in forms:
            if form and form in self._listed:
                return form
        if self._list_unlisted and (new := [form for form in forms[1:] if form]):
            return min(new, key=len)
        raise BadRow(
            _("a ticker that is not listed"),
            _("the ticker %s is not listed: import the list, or use --ticker or --list") % shown(name),
        )


def ticker_of_file(name: str, listed: Container[str], *, list_unlisted: bool) -> str:
    """The one ticker that a file's name has in it.

    Raises:
        BadFile: it has none or several that are listed.
    """
    stem = PurePosixPath(name).name
    while (short := re.sub(r"\.(csv|txt|gz|xlsx|json|tsv|zip)$", "", stem, flags=re.I)) != stem:
        stem = short
    whole = allowed(stem)
    pieces = [piece for piece in _PARTS.split(stem) if piece]
    names = [whole, *(allowed(piece) for piece in pieces)]
    names += [allowed(match["ticker"]) for name_ in names[:] if (match := _COUNTRY.fullmatch(name_))]
    found = list(
        dict.fromkeys(name_ for name_ in names if name_ in listed and (len(name_) > 1 or name_ == whole))
    )
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise BadFile(_("the file's name can mean %s: choose one with --ticker") % " or ".join(found[:5]))
    if list_unlisted and (match := _NAMED.fullmatch(stem)) and (new := allowed(match["ticker"])):
        return new
    raise BadFile(
        _(
            "nothing says whose prices these are: "
            "use --ticker (of a listed instrument), or name the file after it"
        )
    )
