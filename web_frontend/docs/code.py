"""What is said of one error code of the API."""

from __future__ import annotations

from typing import Any, NamedTuple


class Code(NamedTuple):
    """One code: the status that it comes with, and its explanation."""

    name: str
    status: int
    text: Any


#: A heading of the page, and the codes below it.
Codes = tuple[Any, list[Code]]
