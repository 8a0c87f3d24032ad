"""Values at the edge of their type and beyond it, for parameters, fields, headers and cookies."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

V = TypeVar("V")

MOMENTS = (
    "0001-01-01",
    "9999-12-31",
    "0000-01-01",
    "10000-01-01",
    "-0001-01-01",
    "2025-02-30",
    "2025-W01-1",
    "20250131",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T24:00:00Z",
    "2025-01-31T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2025-01-31T00:00:00+99:99",
    "2025-01-31T00:00:00.1234567890123Z",
    "31.12.9999",
    "12/31/9999",
)
NUMBERS = (
    "0",
    "-1",
    "-0",
    "1.5",
    "1e400",
    "0x10",
    "NaN",
    "Infinity",
    "-Infinity",
    "9999",
    "32768",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1" + "0" * 30,
    "9" * 3000,
    "٣",
    "²",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "AAPL\x00",
    "\ud800",
    "\U0010ffff",
    "\u202e\u0000",
    "e\u0301" * 50,
    "İ" * 20,
    "ß" * 40,
    "x" * 3000,
    "'; --",
    "%",
    "\\",
    "\r\n",
    "../../etc/passwd",
    "null",
    "true",
    "[]",
    "{}",
    "a,b,,",
    ",",
)
IDS = (
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-00000000000",
)
#: What a cursor of DRF may hold: its position ``p``, offset ``o``, direction ``r``.
CURSORS = (
    *(
        b64encode(text.encode("utf-8", "surrogatepass")).decode()
        for text in (
            *(f"p={quote(moment)}" for moment in MOMENTS[:2] + MOMENTS[8:12]),
            "p=9999-12-31+23%3A59%3A59.999999-14%3A00",
            "p=0001-01-01+00%3A00%3A00%2B14%3A00",
            "p=%00",
            "p=NaN",
            "p=" + "9" * 30,
            "p=-9223372036854775809",
            "r=1&p=9999-12-31",
            "o=" + "9" * 30,
            "o=-1&p=1",
            "o=1001&p=1",
            "p=%ED%A0%80",
            "p=a&p=b",
        )
    ),
    b64encode(b"\xff\xfe").decode(),
    "cD0=x",
    "====",
)
#: Bytes that are no UTF-8, as a percent-encoded address carries them.
BYTES = (b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80")

#: One or two of each kind, where all of them would take minutes.
FEW: tuple[str | bytes, ...] = (
    *MOMENTS[:2], MOMENTS[9], MOMENTS[11], "31.12.9999", "24:00", "-1", "NaN", "1" + "0" * 30, "9" * 3000,
    "²", "", "\x00", "\ud800", "e\u0301" * 50, "'; --", IDS[0], *CURSORS[:1], *CURSORS[7:9], *BYTES[:1],
)  # fmt: skip

#: What stands at the edge of a type, by the names that OpenAPI and Django's routes give it; of a month and a
#: cursor, which are strings to them, by their own.
OF_TYPE = {
    "month": MOMENTS,
    "date": MOMENTS,
    "date-time": MOMENTS,
    "integer": NUMBERS,
    "number": NUMBERS,
    "int": NUMBERS,
    "uuid": IDS,
    "cursor": CURSORS,
}


def of_type(*names: str, place: int = 0) -> tuple[str | bytes, ...]:
    """All values at the edge of the first of these types that has some, else of a text; and a third of some
    others: another third from place to place, for they walk one way whatever they are given to."""
    own: tuple[str, ...] = next((OF_TYPE[name] for name in names if name in OF_TYPE), TEXTS)
    return tuple(dict.fromkeys((*own, *in_turn((*FEW, *BYTES), 3, place))))


def in_turn(values: Sequence[V], share: int, place: int) -> Sequence[V]:
    """One ``share``-th of the values, from place to place another one: where one code reads all places."""
    return values[place % share :: share]


#: JSON as it is written into a body.
JSON = (
    "null", "true", "false", "[]", "{}", '[["x"]]', '{"a": {"b": []}}', "0", "-1", "1", "1.5", "1e400",
    "-1e400", "1e-400", "-0.0", "9223372036854775808", "1" + "0" * 30, "9" * 5000, "NaN", "Infinity",
    '"\\ud800"', '"\\u0000"', '"' + "x" * 3000 + '"', '"' + "9" * 5000 + '"', '"NaN"', '"Infinity"',
    '"1e400"', '"-0"', '""', '" "', '"9999-12-31"', '"٣"', '"\\u202e\\u200b"',
    '"00000000-0000-0000-0000-000000000000"', "[" * 500 + "]" * 500,
)  # fmt: skip


def quoted(value: str | bytes) -> str:
    """Percent-encoded for an address; half a surrogate pair goes as its three bytes."""
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return quote(raw, safe="")


def shown(value: str | bytes) -> str:
    """Short enough for a failed test's message."""
    return repr(value[:40])
