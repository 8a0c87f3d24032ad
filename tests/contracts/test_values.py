"""A list of values that several services know stands once, in the contracts; each service's own agrees."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from servicekit.contracts import values
from tests.contracts.source import REPOSITORY, SERVICES, Module, modules
from tests.contracts.test_words_for_codes import values as values_of

#: Every list of the contracts by its name.
LISTS = {
    name: frozenset(value)
    for name, value in vars(values).items()
    if name.isupper() and isinstance(value, (tuple, frozenset))
}
#: What a service calls them, with words for its operators.
ENUMERATIONS = [
    ("market_service/venue", "Side", values.SIDES),
    ("trading_service/orders", "Side", values.SIDES),
    ("trading_service/orders", "OrderType", values.ORDER_TYPES),
    ("trading_service/orders", "TimeInForce", values.TIMES_IN_FORCE),
    ("trading_service/orders", "Status", values.ORDER_STATUSES),
    ("billing_service/ledger/models/journal.py", "Kind", values.OPERATION_KINDS),
    ("market_service/instruments", "InstrumentType", values.INSTRUMENT_TYPES),
    ("market_service/instruments", "InstrumentStatus", values.INSTRUMENT_STATUSES),
    ("trading_service/reference", "Status", values.INSTRUMENT_STATUSES),
]
#: Where a statement of the database says what its migration says.
OF_THE_DATABASE = {"billing_service/ledger/models/journal.py"}
#: How a column says it.
DIGITS = {"PRICE_MAX_DIGITS", "PRICE_DIGITS", "AVERAGE_DIGITS"}


def everything() -> Iterator[Module]:
    """Every module of the project but its tests and migrations, and the contracts themselves."""
    for top in REPOSITORY.glob("[a-z]*/__init__.py"):
        if top.parent.name != "tests":
            for module in modules(top.parent):
                if "migrations" not in module.path.parts and module.path != Path(values.__file__):
                    yield module


def spelled(tree: ast.Module) -> Iterator[tuple[int, frozenset[str]]]:
    """The line and the values of every written-out collection of texts. Keys of a table are no list."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            texts = [part.value for part in node.elts if isinstance(part, ast.Constant)]
            if len(texts) == len(node.elts) > 1 and all(isinstance(text, str) for text in texts):
                yield node.lineno, frozenset(map(str, texts))


def test_no_list_stands_twice() -> None:
    assert len(LISTS) > 6
    assert len(set(LISTS.values())) == len(LISTS)
    assert [
        f"{module}:{line} is servicekit.contracts.values.{name}"
        for module in everything()
        if str(module) not in OF_THE_DATABASE
        for line, texts in spelled(module.tree)
        for name, known in LISTS.items()
        if texts == known
    ] == []


@pytest.mark.parametrize(("place", "name", "known"), ENUMERATIONS)
def test_a_services_own_agrees(place: str, name: str, known: Collection[str]) -> None:
    assert values_of(place, name) == set(known)


def test_final_statuses_are_statuses() -> None:
    assert set(values.ORDER_STATUSES) > values.FINAL_STATUSES


@pytest.mark.parametrize("service", SERVICES)
def test_a_price_has_the_contracts_digits(service: str) -> None:
    """Every column, form and field whose name says that it is a price."""
    wrong = []
    for module in modules(SERVICES[service]):
        if "migrations" in module.path.parts:
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or not isinstance(node.value, ast.Call):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            digits = {
                ast.unparse(word.value)
                for word in node.value.keywords
                if word.arg in ("max_digits", "decimal_places")
            }
            if "price" in ast.unparse(target) and digits - DIGITS and "step" not in ast.unparse(target):
                wrong.append(f"{module}:{node.lineno} {digits - DIGITS}")
    assert wrong == []
