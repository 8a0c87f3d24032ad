"""Parses cells as numbers: prices with up to six digits, volumes in whole units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from market_service.imports.errors import BadFile, BadRow, shown
from servicekit.contracts.values import PRICE_DIGITS, PRICE_LIMIT

#: Digits after the point of an adjusted close.
ADJUSTED_DIGITS = 16
MAX_VOLUME = 2**63 - 1

#: What stands where there is nothing.
NOTHING = frozenset({"", "null", "nan", "none", "-", "--", "—", "–", "n/a", "na", "#n/a", "<na>"})

#: Rounding noise of a float is below this part of a price; what is more is a finer price.
_NOISE = Decimal("0.0001")
_PLAIN = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,6})?")
_POINT = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?|[0-9]{1,30}\.")
_SPACES = dict.fromkeys(map(ord, " \t\u00a0\u202f\u2009'’"))
_MONEY = re.compile(r"^[$€£¥₽₹]|[$€£¥₽₹]$")
_TIMES = {"K": 10**3, "К": 10**3, "M": 10**6, "М": 10**6, "B": 10**9, "Б": 10**9, "T": 10**12}
_STEP, _ADJUSTED_STEP = Decimal(1).scaleb(-PRICE_DIGITS), Decimal(1).scaleb(-ADJUSTED_DIGITS)


@dataclass(frozen=True)
class NumberFormat:
    """The number format of a file: the decimal separator, ``.`` or ``,``."""

    point: str = "."

    @property
    def words(self) -> str:
        return _("decimal comma") if self.point == "," else _("decimal point")

    def price(self, name: str, text: str) -> Decimal:
        """A price above zero, of six digits after the point at most; the noise of floats is rounded away.

        Raises:
            BadRow: it is none.
        """
        if _PLAIN.fullmatch(text) and self.point == ".":
            value = Decimal(text)
        else:
            value = self._number(name, text)
            if value > 0:
                rounded = value.quantize(_STEP, ROUND_HALF_UP) if value < PRICE_LIMIT else value
                if abs(rounded - value) > value * _NOISE:
                    raise PriceTooPrecise(
                        _("a price with more than six decimals"),
                        _("%(name)s %(text)s has more than %(digits)d digits after the point")
                        % {"name": name, "text": text.strip(), "digits": PRICE_DIGITS},
                    )
                value = rounded
        if value <= 0:
            raise BadRow(
                _("a price of zero"),
                _("%(name)s is %(text)s: a price of zero") % {"name": name, "text": text},
            )
        if value >= PRICE_LIMIT:
            raise BadRow(
                _("a price too large"),
                _("%(name)s %(text)s is too large") % {"name": name, "text": shown(text)},
            )
        return value

    def adjusted(self, name: str, text: str) -> Decimal:
        """An adjusted close, with the digits of its source up to 16.

        Raises:
            BadRow: it is none.
        """
        plain = self.point == "." and _PLAIN.fullmatch(text)
        value = Decimal(text) if plain else self._number(name, text)
        if not 0 < value < PRICE_LIMIT:
            raise BadRow(
                _("an impossible adjusted close"),
                _("%(name)s %(text)s is not above zero") % {"name": name, "text": shown(text)},
            )
        finer = -int(value.as_tuple().exponent) > ADJUSTED_DIGITS
        return value.quantize(_ADJUSTED_STEP, ROUND_HALF_UP) if finer else value

    def volume(self, name: str, text: str) -> int:
        """Whole units; parts are rounded, ``1.23M`` is 1,230,000, nothing is 0.

        Raises:
            BadRow: it is none.
        """
        if text.isdigit() and text.isascii():
            value = int(text) if len(text) < 20 else MAX_VOLUME + 1
        elif text.strip().casefold() in NOTHING:
            return 0
        else:
            bare = text.strip()
            times = _TIMES.get(bare[-1].upper(), 1)
            number = self._number(name, bare[:-1] if times > 1 else bare)
            value = int((number * times).quantize(Decimal(1), ROUND_HALF_UP))
        if value > MAX_VOLUME:
            raise BadRow(
                _("a volume too large"),
                _("%(name)s %(text)s is too large") % {"name": name, "text": shown(text)},
            )
        return value

    def _number(self, name: str, text: str) -> Decimal:
        bare = _MONEY.sub("", text.translate(_SPACES)).translate(_SPACES)
        if bare[:1] == "-" and bare[1:2].isdigit():
            raise BadRow(
                _("a negative number"),
                _("%(name)s is negative: %(text)s") % {"name": name, "text": shown(text)},
            )
        other = "," if self.point == "." else "."
        if other in bare:
            if not re.fullmatch(rf"[0-9]{{1,3}}(?:\{other}[0-9]{{3}})+(?:\{self.point}[0-9]*)?", bare):
                raise self._none(name, text)
            bare = bare.replace(other, "")
        plain = bare.replace(",", ".") if self.point == "," else bare
        if not _POINT.fullmatch(plain):
            raise self._none(name, text)
        return Decimal(plain)

    def _none(self, name: str, text: str) -> BadRow:
        if text.strip().casefold() in NOTHING:
            return BadRow(_("a number missing"), _("%(name)s is empty") % {"name": name})
        return BadRow(
            _("not a number"), _("%(name)s %(text)s is not a number") % {"name": name, "text": shown(text)}
        )


class PriceTooPrecise(BadRow):
    """A price with more than six digits; the row is left out and reported."""


def number_format_of(cells: Iterable[str], *, decimal_mark: str, comma_likely: bool) -> NumberFormat:
    """How the prices of a file are written.

    Args:
        cells: some of its prices.
        told: ``comma`` or ``point``, or nothing.
        comma_likely: header, separator or dates are those of a country with decimal commas.

    Raises:
        BadFile: 1,234 can be either, and nothing tells.
    """
    if decimal_mark:
        return NumberFormat("," if decimal_mark == "comma" else ".")
    comma = point = either = 0
    example = ""
    for cell in cells:
        bare = _MONEY.sub("", cell.translate(_SPACES))
        if "," in bare and "." in bare:
            comma, point = (comma + 1, point) if bare.rfind(",") > bare.rfind(".") else (comma, point + 1)
        elif bare.count(",") == 1:
            whole, part = bare.split(",")
            if len(part) == 3 and whole != "0" and len(whole) <= 3:
                either, example = either + 1, example or cell
            else:
                comma += 1
        elif bare.count(",") > 1:
            point += 1  # thousands
        elif bare.count(".") == 1 and len(bare.partition(".")[2]) != 3:
            point += 1
    if comma > point or (either and not point and comma_likely):
        return NumberFormat(",")
    if either and not point:
        raise BadFile(
            _("the comma of %s can separate thousands or decimals: use --decimal comma or --decimal point")
            % shown(example)
        )
    return NumberFormat(".")
