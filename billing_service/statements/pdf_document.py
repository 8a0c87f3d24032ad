"""Pages of A4 with a heading, facts, sums and a table: where things stand on them, whatever they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_FONTS = Path(__file__).parent / "fonts"
_PLAIN, _BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
_WIDTH, _HEIGHT = A4
_MARGIN, _BOTTOM = 36.0, 54.0
_SIZE, _SMALL = 9.0, 7.0
_LINE, _ROW, _BETWEEN = 13.0, 13.0, 4.0
_GREY, _BLACK = 0.4, 0.0
_TOTAL = "pages"


class TableColumn(NamedTuple):
    """One column: its title, its width in points, and whether it stands to the right."""

    title: str
    width: float
    is_number: bool = False


@cache
def _register_fonts() -> None:
    for name in (_PLAIN, _BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))


class PdfDocument:
    """A document that is written from top to bottom."""

    def __init__(self, file: IO[bytes], *, title: str, footer: str, page: str, language: str) -> None:
        """Begin it.

        Args:
            file: where it goes when it has ended.
            footer: what stands below each page.
            page: ``Page %(number)s of``; how many there are follows.
            language: ``en`` or ``ru``, for who reads aloud.
        """
        _register_fonts()
        self._canvas = Canvas(file, pagesize=A4, pageCompression=1, lang=language)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Birzha")
        self._footer, self._page = footer, page
        self._begin_page()

    def heading(self, text: str) -> None:
        """The title."""
        self._font(_BOLD, 16)
        self._down(16)
        self._canvas.drawString(_MARGIN, self._y, text)
        self._down(10)

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Lines of a name and what it is."""
        for name, value in facts:
            self._down(_LINE)
            self._font(_PLAIN, _SIZE, _GREY)
            self._canvas.drawString(_MARGIN, self._y, name)
            self._font(_PLAIN, _SIZE)
            self._canvas.drawString(_MARGIN + 74, self._y, self._fitting(value, _WIDTH - 2 * _MARGIN - 74))
        self._down(10)

    def sums(self, sums: Iterable[tuple[str, str, bool]]) -> None:
        """Lines of a name and an amount; the third says whether it is a balance, which stands out."""
        right = _MARGIN + 260
        for name, amount, stands_out in sums:
            self._down(_LINE)
            self._font(_BOLD if stands_out else _PLAIN, _SIZE)
            self._canvas.drawString(_MARGIN, self._y, name)
            self._canvas.drawRightString(right, self._y, amount)
        self._down(16)

    def table(
        self, columns: Sequence[TableColumn], rows: Iterable[tuple[Sequence[str], str]], *, nothing: str
    ) -> None:
        """The rows below their titles, which each page repeats.

        Args:
            rows: the cells, and a note that stands below them, "" for none.
            nothing: what is said when there are no rows.
        """
        self._titles(columns)
        is_empty = True
        for cells, note in rows:
            is_empty = False
            width = _WIDTH - 2 * _MARGIN - columns[0].width
            lines = simpleSplit(note, _PLAIN, _SMALL, width) if note else []
            if self._y - _ROW - len(lines) * (_SMALL + 2) < _BOTTOM:
                self._end_page()
                self._begin_page()
                self._titles(columns)
            self._down(_ROW)
            self._cells(columns, cells, _PLAIN)
            self._font(_PLAIN, _SMALL, _GREY)
            for line in lines:
                self._down(_SMALL + 2)
                self._canvas.drawString(_MARGIN + columns[0].width, self._y, line)
        if is_empty:
            self._down(_ROW + 4)
            self._font(_PLAIN, _SIZE, _GREY)
            self._canvas.drawString(_MARGIN, self._y, nothing)

    def end(self) -> None:
        """Write the file."""
        canvas, number = self._canvas, self._canvas.getPageNumber()
        self._end_page()
        canvas.beginForm(_TOTAL)  # drawn on every page, known now
        self._font(_PLAIN, _SMALL, _GREY)
        canvas.drawString(0, 0, str(number))
        canvas.endForm()
        canvas.save()

    def _titles(self, columns: Sequence[TableColumn]) -> None:
        self._down(_ROW)
        self._cells(columns, [column.title for column in columns], _BOLD)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_MARGIN, self._y - 3, _WIDTH - _MARGIN, self._y - 3)
        self._down(3)

    def _cells(self, columns: Sequence[TableColumn], cells: Sequence[str], font: str) -> None:
        left = _MARGIN
        for column, cell in zip(columns, cells, strict=True):
            size = _SMALL + 0.5
            if column.is_number:  # a number is never cut: a long one is written smaller
                room = column.width - _BETWEEN
                size = min(size, size * room / max(1.0, pdfmetrics.stringWidth(cell, font, size)))
                self._font(font, size)
                self._canvas.drawRightString(left + column.width, self._y, cell)
            else:
                self._font(font, size)
                self._canvas.drawString(left, self._y, self._fitting(cell, column.width - _BETWEEN, size))
            left += column.width

    def _fitting(self, text: str, width: float, size: float = _SIZE) -> str:
        """The text, or its beginning when it is wider."""
        if pdfmetrics.stringWidth(text, _PLAIN, size) <= width:
            return text
        while text and pdfmetrics.stringWidth(f"{text}…", _PLAIN, size) > width:
            text = text[:-1]
        return f"{text}…"

    def _begin_page(self) -> None:
        self._y = _HEIGHT - _MARGIN

    def _end_page(self) -> None:
        canvas: Any = self._canvas
        self._font(_PLAIN, _SMALL, _GREY)
        canvas.drawString(_MARGIN, _MARGIN, self._footer)
        right = _WIDTH - _MARGIN - 18
        canvas.drawRightString(right, _MARGIN, self._page % {"number": canvas.getPageNumber()})
        canvas.saveState()
        canvas.translate(right + 3, _MARGIN)
        canvas.doForm(_TOTAL)
        canvas.restoreState()
        canvas.showPage()

    def _font(self, name: str, size: float, grey: float = _BLACK) -> None:
        self._canvas.setFont(name, size)
        self._canvas.setFillGray(grey)

    def _down(self, points: float) -> None:
        self._y -= points
