"""The history as a file: RFC 4180 rows, streamed, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

#: A text cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvRenderer(BaseRenderer):
    """Says that the view can answer ``text/csv``; the view itself streams the rows."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        raise NotImplementedError("rows are streamed with csv_lines")


class CsvNegotiation(DefaultContentNegotiation):
    """``?format=csv`` (or ``json``, ``api``) goes before ``Accept``."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = request.query_params.get("format")
        for renderer in renderers:
            if renderer.format == wanted:
                return renderer, renderer.media_type
        return super().select_renderer(request, renderers, format_suffix)


class _Line:
    """What :func:`csv.writer` writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(fields: Sequence[str], rows: Iterable[dict[str, Any]], *, numbers: set[str]) -> Iterator[str]:
    """The lines of a file: a header, then the rows.

    Args:
        numbers: fields of amounts, which may begin with a minus and are never formulas.
    """
    writer = csv.writer(_Line())
    yield writer.writerow(fields)
    for row in rows:
        yield writer.writerow([_cell(row[field], field in numbers) for field in fields])


def _cell(value: Any, is_number: bool) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
