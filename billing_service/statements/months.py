"""Months of the calendar, in somebody's time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import NamedTuple

_TEXT = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class Month(NamedTuple):
    """A month, such as ``2026-11``; months compare by time."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Of ``yyyy-mm``.

        Raises:
            ValueError: it is not written so, or there is no such month: years are 1 to 9999.
        """
        found = _TEXT.fullmatch(text)
        if not found or found[1] == "0000":
            raise ValueError(text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime, zone: tzinfo) -> Month:
        """The one that a moment is in."""
        there = moment.astimezone(zone)
        return cls(there.year, there.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def next(self) -> Month:
        """The one after it; after the last of 9999 one that has no days, but compares."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> Month:
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def begins(self, zone: tzinfo) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=zone)

    def back_to(self, first: Month) -> Iterator[Month]:
        """This one and those before it, newest first."""
        month = self
        while month >= first:
            yield month
            month = month.previous

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"
