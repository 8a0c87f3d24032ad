"""Somebody to be: a passer-by, or customers with accounts of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.people import Client, Person
from tests.system import System


@pytest.fixture(scope="session")
def visitor(system: System) -> Client:
    """Nobody in particular, not signed in."""
    return Client(system.url)


@pytest.fixture(scope="session")
def new_person(system: System) -> Callable[..., Person]:
    """``new_person(deposit="1000.00", locale="ru")`` → a fresh customer, signed in."""

    def make(*, deposit: str = "", locale: str = "en") -> Person:
        person = Person(system.url, locale=locale)
        if deposit:
            person.deposit(deposit)
        return person

    return make


@pytest.fixture(scope="module")
def person(new_person: Callable[..., Person]) -> Person:
    """One customer for a whole file, with 5,000 USD."""
    return new_person(deposit="5000.00")
