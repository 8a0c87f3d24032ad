"""Errors of the venue."""

from __future__ import annotations


class BookInconsistent(RuntimeError):
    """The book differs from what was read under its instrument's lock: a bug. Nothing was written."""
