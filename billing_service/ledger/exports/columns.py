"""The columns that a person reads in a file, in one language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import OperationRow
from servicekit.money import EXPONENTS


class Local(NamedTuple):
    """For whom a file is: the language, ``en`` or ``ru``, and whose times stand in it."""

    language: str
    zone: ZoneInfo

    @classmethod
    def of(cls, language: str, zone: str = "") -> Local:
        """Of a language, and of a zone by its name in the IANA database; UTC without one."""
        return cls(language, ZoneInfo(zone or "UTC"))

    @property
    def zone_words(self) -> dict[str, str]:
        """The zone, for a sentence."""
        return {"zone": self.zone.key.replace("_", " ")}

    def time(self, moment: datetime) -> datetime:
        """The wall clock, without a zone, to the second."""
        return moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0)


class Column(NamedTuple):
    """One column: its title, the kind of its cells (``time, text, name, count, money, price``), and their
    value."""

    title: str
    kind: str
    value: Callable[[OperationRow], Any]


def columns(local: Local) -> list[Column]:
    """All columns; money is in whole minor units, times are the wall clock's."""
    with override(local.language):
        kinds = {kind.value: str(kind.label).capitalize() for kind in LedgerEntry.Kind}
        return [
            Column(_("Date, %(zone)s") % local.zone_words, "time", lambda r: local.time(r.occurred_at)),
            Column(_("Operation"), "text", lambda r: kinds[r.type]),
            Column(_("Ticker"), "text", lambda r: r.ticker),
            Column(_("Name"), "name", lambda r: r.name),
            Column(_("Quantity"), "count", lambda r: r.quantity),
            Column(_("Price"), "price", lambda r: r.price),
            Column(_("Amount"), "money", lambda r: r.amount),
            Column(_("Fee"), "money", lambda r: r.fee),
            Column(_("Total"), "money", lambda r: r.total),
            Column(_("Balance after"), "money", lambda r: r.balance_after),
            Column(_("Currency"), "text", lambda r: r.currency),
            Column(_("Reason"), "text", lambda r: r.reason),
            Column(_("Order number"), "text", lambda r: str(r.order_id or "")),
        ]


def major(minor: int, currency: str) -> float:
    """Money for a spreadsheet, which has no other numbers; a cent is exact in it up to 10^13."""
    return minor / 10 ** EXPONENTS[currency]
