"""What can be wrong with quotes and prices."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class BadRow(NamedTuple):
    """A row that cannot be loaded: its line in the file, from 1, and why."""

    line: int
    reason: str


class PricesInvalid(DomainError):
    """A file of prices has bad rows; nothing of it was loaded.

    Attributes:
        rows: the first of the bad rows.
        more: how many bad rows there are beyond those.
    """

    code = "prices_invalid"
    message = _("Nothing was loaded: %(count)s bad rows in %(file)s.")

    def __init__(self, *, rows: list[BadRow], more: int, **params: Any) -> None:
        self.rows = rows
        self.more = more
        super().__init__(count=len(rows) + more, **params)
