"""Errors of reading a file."""

from __future__ import annotations

from market_service.file_errors import FileError


class BadRow(Exception):
    """A row is not valid: the rule that is broken, and how."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind, self.reason = kind, reason
        super().__init__(reason)

    def at(self, where: str) -> FileError:
        return FileError(self.kind, where, self.reason)


class BadFile(Exception):
    """The whole file is refused; the reason is a complete sentence.

    Attributes:
        where: the place in it, empty for the whole.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason, self.where = reason, where
        super().__init__(reason)


def shown(text: str) -> str:
    """A supplied text in quotation marks: short, in its own letters, what is not printable escaped."""
    return repr(text if len(text) <= 40 else text[:37] + "…")
