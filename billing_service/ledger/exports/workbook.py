"""The history as a workbook (.xlsx), written row by row into a file: it takes the memory of one row."""

from __future__ import annotations

import re
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing_service.ledger.errors import ExportTooLong
from billing_service.ledger.exports.columns import Local, columns, major
from billing_service.ledger.exports.rows import FORMULA, file_rows
from billing_service.ledger.models import LedgerEntry

#: The most rows of a workbook: nothing is sent before the last is written, some 80 µs a row.
MAX_ROWS = 250_000

_WIDTHS = {"time": 20, "text": 16, "name": 32, "count": 12, "money": 16, "price": 16}
_FORMATS = {"time": "yyyy-mm-dd hh:mm:ss", "count": "#,##0", "money": "#,##0.00", "price": "#,##0.00######"}
#: Russian spreadsheets write a date so, and its thousands and decimals by their own rules in any case.
_RUSSIAN_TIME = "dd.mm.yyyy hh:mm:ss"
#: What XML cannot hold.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def workbook(operations: QuerySet[LedgerEntry], local: Local) -> IO[bytes]:
    """The file, in a temporary one: a sheet with a frozen line of titles and filters, numbers as numbers.

    Text is text: a cell that begins as a formula does is marked as quoted, and stays text when edited.

    Raises:
        ExportTooLong: there are more than :data:`MAX_ROWS` operations.
    """
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        _write(file, operations, local)
    except BaseException:
        file.close()
        raise
    return file


def _write(file: IO[bytes], operations: QuerySet[LedgerEntry], local: Local) -> None:
    known = columns(local)
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False}) as book:
        with override(local.language):
            sheet = book.add_worksheet(_("Operations"))
        formats = {kind: book.add_format({"num_format": rule}) for kind, rule in _formats(local).items()}
        quoted = book.add_format({"quote_prefix": True})
        bold = book.add_format({"bold": True, "bottom": 1})

        def write(at: int, place: int, kind: str, value: Any, currency: str) -> None:
            if kind == "time":
                sheet.write_datetime(at, place, value, formats[kind])
            elif kind in ("text", "name"):
                clean = _NO_XML.sub("\ufffd", value)
                sheet.write_string(at, place, clean, quoted if clean.startswith(FORMULA) else None)
            else:
                number = major(value, currency) if kind == "money" else float(value)
                sheet.write_number(at, place, number, formats[kind])

        for place, one in enumerate(known):
            sheet.set_column(place, place, _WIDTHS[one.kind])
            sheet.write_string(0, place, one.title, bold)
        sheet.freeze_panes(1, 0)
        last = 0
        for last, row in enumerate(file_rows(operations), start=1):
            if last > MAX_ROWS:
                raise ExportTooLong(limit=MAX_ROWS)
            for place, one in enumerate(known):
                value = one.value(row)
                if value not in (None, ""):
                    write(last, place, one.kind, value, row.currency)
        sheet.autofilter(0, 0, last, len(known) - 1)


def _formats(local: Local) -> dict[str, str]:
    return _FORMATS | ({"time": _RUSSIAN_TIME} if local.language == "ru" else {})
