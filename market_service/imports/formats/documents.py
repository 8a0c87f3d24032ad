"""JSON: bars by ticker (Alpaca), columns and data (MOEX ISS), or a list of records. It becomes a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from market_service.imports.errors import BadFile


def rows_of(document: Any) -> Iterator[tuple[int, list[str]]]:
    """The document as rows of cells, the first of them the header; numbered from 1.

    Raises:
        BadFile: it is of no form that is known.
    """
    records = _records(document)
    if not records:
        raise BadFile(_("there are no rows"))
    header = list(dict.fromkeys(key for record in records for key in record))
    yield 1, header
    for number, record in enumerate(records, start=1):
        yield number, [_text(record.get(key)) for key in header]


def _records(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, list):
        if all(isinstance(record, dict) for record in document):
            return document
    elif isinstance(document, dict):
        if isinstance(bars := document.get("bars"), dict):
            return [{"ticker": ticker, **bar} for ticker, own in bars.items() for bar in own]
        whose = {"ticker": document["symbol"]} if isinstance(document.get("symbol"), str) else {}
        for value in document.values():
            if isinstance(value, dict) and isinstance(value.get("columns"), list) and "data" in value:
                return [dict(zip(value["columns"], row, strict=False)) for row in value["data"]]
            if isinstance(value, list) and value and all(isinstance(record, dict) for record in value):
                return [{**whose, **record} for record in value]
    raise BadFile(
        _("no prices found in the JSON: expected bars by ticker, columns and data, or a list of records")
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
