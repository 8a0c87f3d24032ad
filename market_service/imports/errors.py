"""What may be wrong while a file is read."""

from __future__ import annotations

from market_service.file_errors import FileError


class BadRow(Exception):
    """A row cannot be taken: the rule that is broken, and how."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind, self.reason = kind, reason
        super().__init__(reason)

    def at(self, where: str) -> FileError:
        return FileError(self.kind, where, self.reason)


class BadFile(Exception):
    """Nothing of the file can be taken; the reason is a whole sentence.

    Attributes:
        where: the place in it, empty for the whole.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason, self.where = reason, where
        super().__init__(reason)


def shown(text: str) -> str:
    """A supplied text in quotation marks: short, in its own letters, what is not printable escaped."""
    return repr(text if len(text) <= 40 else text[:37] + "…")
