"""Detects closes that jump as after a split for which the prices are not adjusted."""

from __future__ import annotations

from django.utils.translation import gettext as _

from market_service.imports.staging import StagedRow

#: How far a jump may be from a whole number to look like a split; jumps below the least are markets.
_NEAR, _LEAST = 0.1, 1.9
_SPLITS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 100, 200, 250, 500, 1000, 5000, 10000)


class Jumps:
    """Compares each close with the one before, ticker after ticker, day after day."""

    def __init__(self) -> None:
        self._ticker, self._close = "", 0.0

    def of(self, row: StagedRow) -> str:
        """What is to be asked of this close, or nothing."""
        close, before = float(row.close), self._close
        same, self._ticker, self._close = row.ticker == self._ticker, row.ticker, close
        if not same or not before:
            return ""
        times = before / close if before > close else close / before
        if times < _LEAST:
            return ""
        split = min(_SPLITS, key=lambda number: abs(number / times - 1))
        if abs(split / times - 1) > _NEAR:
            return ""
        words = (
            _("the close falls by %(percent)s %% on %(day)s: is it a split of 1:%(split)d?")
            if before > close
            else _("the close rises by %(percent)s %% on %(day)s: is it a split of %(split)d:1?")
        )
        percent = f"{abs(close / before - 1) * 100:.1f}"
        return words % {"percent": percent, "day": row.day, "split": split}
