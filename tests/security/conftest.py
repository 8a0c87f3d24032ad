"""Somebody to be: the same people as in the tests of what is used as meant."""

from __future__ import annotations

from tests.e2e.conftest import new_person, person, visitor

__all__ = ["new_person", "person", "visitor"]
