"""From a file's bytes to tables of cells: compression, archives, workbooks, encodings."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from market_service.imports.errors import BadFile, shown

#: Characters of the longest line that is read: a row of 3,000 instruments fits.
LONGEST_LINE = 1 << 20
#: Bytes by which encoding and kind are told.
SAMPLE = 1 << 18
#: Bytes of the largest file that is read as a whole, which JSON must be.
LARGEST_WHOLE = 64 << 20

_UTF16 = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


@dataclass
class Table:
    """One table of a file.

    Attributes:
        member: its name within an archive or workbook, empty for a file that is but one table.
        name: of the file or member without folders, for a ticker that stands in it.
        encoding: as it is told.
        lines: of text, each with its end; of a workbook or JSON document ``None``, it has ``rows``.
        rows: ``(number, cells)``.
    """

    member: str
    name: str
    encoding: str
    lines: Iterator[str] | None = None
    rows: Iterator[tuple[int, list[str]]] | None = None
    document: Any = None


#: Told how many bytes of the file are read.
Progress = Callable[[int], None]


@contextmanager
def opened(path: Path, *, encoding: str = "", progress: Progress | None = None) -> Iterator[Iterator[Table]]:
    """The tables of a file, one after the other; each must be read before the next.

    Raises:
        BadFile: it is not readable as what it seems to be.
        OSError: it cannot be opened or read.
    """
    with path.open("rb") as raw:
        stream = _Counted(raw, progress) if progress else raw
        try:
            yield _tables(stream, path.name, encoding)
        except EOFError:
            raise BadFile(_("the compressed file ends in the middle: it is truncated")) from None
        except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
            raise BadFile(_("the compressed file is damaged: %s") % error) from None
        except UnicodeError as error:
            raise BadFile(_not_decoded(error)) from None


def _tables(raw: Any, name: str, encoding: str) -> Iterator[Table]:
    head = raw.read(4)
    raw.seek(0)
    if head[:2] == b"\x1f\x8b":
        yield from _tables_of(gzip.GzipFile(fileobj=raw), name, "", encoding)
    elif head == b"PK\x03\x04":
        with zipfile.ZipFile(raw) as archive:
            if "xl/workbook.xml" in archive.namelist():
                raw.seek(0)
                yield from _sheets(raw, name)
                return
            members = [m for m in archive.infolist() if not m.is_dir() and "__MACOSX" not in m.filename]
            for member in members:
                if member.flag_bits & 1:
                    raise BadFile(_("%s in the archive is encrypted") % member.filename)
                with archive.open(member) as stream:
                    yield from _tables_of(stream, _base(member.filename), member.filename, encoding)
    elif head == b"\xd0\xcf\x11\xe0":
        raise BadFile(_("this is an old Excel workbook (.xls): save it as .xlsx or CSV"))
    elif head == b"PAR1":
        raise BadFile(_("this is a Parquet file: save it as CSV"))
    else:
        yield from _tables_of(raw, name, "", encoding)


def _tables_of(stream: Any, name: str, member: str, encoding: str) -> Iterator[Table]:
    """What a stream of bytes holds that is not compressed (any more)."""
    buffered = io.BufferedReader(_Raw(stream), SAMPLE)
    sample = buffered.peek(SAMPLE)
    start = sample.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body")):
        raise BadFile(_("this is a web page, not prices: open it in a browser to see what the source says"))
    known = encoding or _encoding(sample)
    if b"\0" in sample and not known.startswith("UTF-16"):
        raise BadFile(_("this is not a text file: it has zero bytes"))
    try:
        text = io.TextIOWrapper(buffered, encoding="utf-8-sig" if known == "UTF-8" else known, newline="")
    except LookupError:
        raise BadFile(_("--encoding: unknown encoding %s; an example is cp1251") % shown(known)) from None
    if start[:1] in (b"{", b"["):
        yield Table(member, name, "JSON", document=_document(text))
    else:
        yield Table(member, name, known, lines=_lines(text))


class _Raw(io.RawIOBase):
    """Any readable as a raw stream, so that it can be peeked into."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Counted(io.RawIOBase):
    """A file that tells how far it is read."""

    def __init__(self, raw: IO[bytes], progress: Progress) -> None:
        self._raw, self._progress, self._far = raw, progress, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        if (far := self._raw.tell()) > self._far:
            self._progress(far - self._far)
            self._far = far
        return len(data)


def _encoding(sample: bytes) -> str:
    """UTF-8 if it can be; UTF-16 by its mark or its zero bytes; else the code page of Windows in Russian."""
    if sample[:2] in _UTF16:
        return "UTF-16"
    if len(sample) > 3 and sample[1] == 0 and sample[3] == 0:
        return "UTF-16-LE"
    if len(sample) > 3 and sample[0] == 0 and sample[2] == 0:
        return "UTF-16-BE"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1251"
    return "UTF-8"


def _not_decoded(error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        byte = f"{error.object[error.start]:#04x}"
        words = _("the text is not %(encoding)s, it has a byte %(byte)s: use --encoding cp1251, or another")
        return words % {"encoding": error.encoding.upper(), "byte": byte}
    return str(error)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise BadFile(_("the line is longer than %s characters") % f"{LONGEST_LINE:,}", f"line {number}")
        yield line


def _document(text: io.TextIOWrapper) -> Any:
    body = text.read(LARGEST_WHOLE + 1)
    if len(body) > LARGEST_WHOLE:
        raise BadFile(_("JSON is read up to %s MB: save it as CSV") % (LARGEST_WHOLE >> 20))
    try:
        return json.loads(body, parse_float=str, parse_int=str)
    except ValueError as error:
        raise BadFile(_("this is not JSON: %s") % error) from None


def _sheets(raw: Any, name: str) -> Iterator[Table]:
    """The sheets of a workbook."""
    import openpyxl  # 8 MB and a tenth of a second, which no other process of the service needs

    try:
        book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
    except Exception as error:  # whatever a damaged workbook makes of the reader
        raise BadFile(_("the workbook cannot be read: %s") % error) from None
    for sheet in book.worksheets:
        rows = (
            (n, [_cell(value) for value in row]) for n, row in enumerate(sheet.iter_rows(values_only=True), 1)
        )
        yield Table(sheet.title if len(book.worksheets) > 1 else "", name, "XLSX", rows=rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)


def _base(member: str) -> str:
    return PurePosixPath(member.replace("\\", "/")).name
