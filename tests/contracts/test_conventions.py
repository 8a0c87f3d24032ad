"""The same thing has the same name in every service: serializers, handlers; a file is read in one sitting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from servicekit.contracts import REGISTRY
from tests.contracts.source import REPOSITORY, SERVICES, Module, modules

_SERIALIZER = re.compile(r"[A-Z]\w+(Input|Output|Query)")
#: Lines that a file of Python has at most; one that grows is split by subject at some 250.
MAX_LINES = 300
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def serializers(service: str) -> Iterator[tuple[Module, str]]:
    """Every serializer of a service: its module, and its name."""
    for module in modules(SERVICES[service]):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and any(
                re.search("(Serializer|Input|Output|Query)$", ast.unparse(base)) for base in node.bases
            ):
                yield module, node.name
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("inline_serializer"):
                yield module, ast.unparse(node.args[0])


def handlers(service: str) -> Iterator[tuple[Module, ast.FunctionDef, bool]]:
    """Every handler of a service: its module, its definition, and whether it takes many events."""
    for module in modules(SERVICES[service]):
        if module.path.name == "handlers.py":
            for node in module.tree.body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("on_"):
                    marks = {ast.unparse(mark).partition("(")[0] for mark in node.decorator_list}
                    yield module, node, bool(marks & {"in_batches", "in_stream_order"})


@pytest.mark.parametrize("service", SERVICES)
def test_a_serializer_is_an_input_an_output_or_a_query(service: str) -> None:
    found = list(serializers(service))
    assert found
    assert [f"{module} {name}" for module, name in found if not _SERIALIZER.fullmatch(name)] == []
    assert [f"{module} {name}" for module, name in found if module.path.name != "serializers.py"] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_handler_of_many_events_has_a_plural_name(service: str) -> None:
    singular = {"on_" + _WORD.sub("_", contract.__name__).lower() for contract in REGISTRY.values()}
    found = list(handlers(service))
    assert [f"{m} {node.name}" for m, node, many in found if many and node.name in singular] == []
    assert [f"{m} {n.name}" for m, n, many in found if not many and n.name not in singular] == []


def test_a_file_is_read_in_one_sitting() -> None:
    """Migrations are as long as what they change."""
    files = [file for top in REPOSITORY.glob("[a-z]*/__init__.py") for file in top.parent.rglob("*.py")]
    lines = {
        str(file.relative_to(REPOSITORY)): len(file.read_text(encoding="utf-8").splitlines())
        for file in files
        if "migrations" not in file.parts
    }
    assert len(lines) > 500
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def test_what_tests_share_is_annotated() -> None:
    """Every function of a helper or a conftest says what it takes and gives; mypy checks who calls it."""
    shared = {
        f"{module}:{node.lineno} {node.name}": node
        for top in REPOSITORY.glob("[a-z]*/__init__.py")
        for module in modules(top.parent, tests=True)
        if "tests" in module.path.parts and not module.path.name.startswith("test_")
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert len(shared) > 500
    assert [name for name, node in shared.items() if not _is_annotated(node)] == []


def _is_annotated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    rest = [each for each in (given.vararg, given.kwarg) if each]
    own = named[:1] if named and named[0].arg in ("self", "cls") else []
    return all(each.annotation for each in [*named, *rest] if each not in own) and bool(
        node.returns or node.name == "__init__"
    )
