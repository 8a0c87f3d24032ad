"""A sequence in portions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Some = TypeVar("Some")


def portions_of(rows: list[Some], size: int) -> Iterator[list[Some]]:
    """``size`` rows at a time, the last ones perhaps fewer; nothing of nothing."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
