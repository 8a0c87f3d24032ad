"""What can be wrong at the venue."""

from __future__ import annotations


class BookInconsistent(RuntimeError):
    """The book is not what was read of it under its instrument's lock: a bug. Nothing was written."""
