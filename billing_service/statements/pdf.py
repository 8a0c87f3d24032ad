"""A statement as PDF: what it is of, balances and sums, then every operation of the month, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing_service.ledger.exports.columns import Local
from billing_service.ledger.exports.rows import file_rows
from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import OperationRow
from billing_service.statements.pdf_document import PdfDocument, TableColumn
from billing_service.statements.selectors import Statement
from servicekit.money import EXPONENTS
from servicekit.numerals import Numerals, numerals
from servicekit.people.selectors import names_of

#: Bytes of a file that stay in memory.
_IN_MEMORY = 1024 * 1024


def statement_pdf(statement: Statement, local: Local) -> IO[bytes]:
    """The file. Its pages are kept compressed, some 3 KB for 50 operations."""
    file: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    try:
        with override(local.language):
            _Writer(statement, local).write(file)
    except BaseException:
        file.close()
        raise
    return file


class _Writer:
    """One statement's texts, in the active language."""

    def __init__(self, statement: Statement, local: Local) -> None:
        self.statement, self.local = statement, local
        self.currency = statement.account.currency
        self.rules: Numerals = numerals(local.language)
        self.kinds = {kind.value: str(kind.label).capitalize() for kind in LedgerEntry.Kind}

    def write(self, file: IO[bytes]) -> None:
        month = format_date(self.statement.month.first_day, "LLLL y", locale=self.local.language)
        title = _("Statement for %(month)s") % {"month": month}
        footer = _("Birzha. Play money: it can be neither paid in nor paid out anywhere else.")
        document = PdfDocument(
            file, title=title, footer=footer, page=_("Page %(number)s of"), language=self.local.language
        )
        document.heading(title)
        document.facts(self._facts())
        document.sums(list(self._sums()))
        document.table(self._columns(), self._rows(), nothing=_("No operations in this month."))
        document.end()

    def _facts(self) -> list[tuple[str, str]]:
        one = self.statement
        person = names_of([one.account.user_id]).get(one.account.user_id, "") if one.account.user_id else ""
        last_day = one.month.next.first_day - timedelta(days=1)
        period = f"{self._day(one.month.first_day)} – {self._day(last_day)}"
        facts = [
            (_("Customer"), person),
            (_("Account"), f"{one.account.id}, {self.currency}"),
            (_("Period"), _("%(period)s, times of %(zone)s") % {"period": period, **self.local.zone_words}),
            (_("Made"), self._moment(one.made_at)),
        ]
        if not one.is_complete:
            facts.append(("", _("Month in progress: booked so far.")))
        return facts

    def _sums(self) -> Iterator[tuple[str, str, bool]]:
        yield _("Balance at the beginning"), self._money(self.statement.opening), True
        for kind, word in self.kinds.items():
            if amount := self.statement.sums.get(kind):
                yield word, self._signed(amount), False
        ended = self.statement.is_complete
        name = _("Balance at the end") if ended else _("Balance now")
        yield name, self._money(self.statement.closing), True

    def _columns(self) -> list[TableColumn]:
        return [
            TableColumn(_("Date"), 92),
            TableColumn(_("Operation"), 98),
            TableColumn(_("Quantity"), 50, is_number=True),
            TableColumn(_("Price"), 70, is_number=True),
            TableColumn(_("Fee"), 52, is_number=True),
            TableColumn(_("Total"), 80, is_number=True),
            TableColumn(_("Balance after"), 81, is_number=True),
        ]

    def _rows(self) -> Iterator[tuple[list[str], str]]:
        for row in file_rows(self.statement.operations):
            yield [*self._cells(row)], "\n".join(filter(None, (row.name, row.reason)))

    def _cells(self, row: OperationRow) -> Iterator[str]:
        yield self._moment(row.occurred_at)
        yield f"{self.kinds[row.type]} {row.ticker}".rstrip()
        yield "" if row.quantity is None else self.rules.decimal(row.quantity)
        yield "" if row.price is None else self._price(row.price)
        yield "" if row.fee is None else self._money(row.fee)
        yield self._signed(row.total)
        yield self._money(row.balance_after)

    def _money(self, minor: int) -> str:
        digits = EXPONENTS[self.currency]
        written = self.rules.currency(Decimal(minor).scaleb(-digits), self.currency, digits)
        return written.replace("-", "\u2212")

    def _signed(self, minor: int) -> str:
        return ("+" if minor > 0 else "") + self._money(minor)

    def _price(self, price: Decimal) -> str:
        least = EXPONENTS[self.currency]
        digits = max(least, -int(price.normalize().as_tuple().exponent))
        return self.rules.currency(price, self.currency, digits)

    def _day(self, day: Any) -> str:
        return str(format_date(day, "dd.MM.y" if self.local.language == "ru" else "MMM d, y", "en"))

    def _moment(self, moment: Any) -> str:
        there = self.local.time(moment)
        return f"{self._day(there.date())} {there:%H:%M:%S}"
