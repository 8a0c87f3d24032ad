"""Reads the project's own source without running it: who imports what, who publishes what."""

from __future__ import annotations

import ast
import functools
import gc
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicekit.contracts import Event

REPOSITORY = Path(__file__).resolve().parents[2]
CONTRACTS = "servicekit.contracts"

#: Service name → package, for every service there is.
SERVICES = {path.name.removesuffix("_service"): path for path in sorted(REPOSITORY.glob("*_service"))}


@dataclass(frozen=True)
class Module:
    """One source file: where it is, and its syntax tree."""

    path: Path
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path.relative_to(REPOSITORY))

    def imports(self) -> Iterator[str]:
        """The full name of every module that is imported anywhere in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""

    def contract(self, node: ast.expr) -> type[Event] | None:
        """The event class that an expression such as ``market.OrderExecuted`` names, if it does."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        found: Any = self._imported.get(node.id)
        for name in names:
            found = getattr(found, name, None)
        return found if isinstance(found, type) and issubclass(found, Event) else None

    @functools.cached_property
    def _imported(self) -> dict[str, Any]:
        """What this file imported from the contracts, by the name it has here."""
        found: dict[str, Any] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(CONTRACTS):
                source = importlib.import_module(node.module or "")
                for alias in node.names:
                    found[alias.asname or alias.name] = getattr(source, alias.name)
        return found


@functools.cache
def modules(package: Path, *, tests: bool = False) -> tuple[Module, ...]:
    """Every module of a package; its tests only when asked for.

    The trees stay, and have no cycles: to look for some again and again, and five times at pytest's end, took
    most of these tests' time.
    """
    found = tuple(
        Module(path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))
        for path in sorted(package.rglob("*.py"))
        if tests or "tests" not in path.relative_to(package).parts
    )
    gc.freeze()
    return found


def events_made(package: Path) -> Iterator[tuple[Module, int, type[Event]]]:
    """Every place where a package makes an event: the module, the line, the contract."""
    for module in modules(package):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and (contract := module.contract(node.func)) is not None:
                yield module, node.lineno, contract


def published(package: Path) -> Iterator[tuple[Module, int]]:
    """Every call of ``publish``, ``publish_many`` and ``publish_quotes``: the module and the line."""
    for module in modules(package):
        senders = {
            alias.asname or alias.name
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("servicekit.messaging")
            for alias in node.names
            if alias.name in ("publish", "publish_many", "publish_quotes")
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in senders:
                yield module, node.lineno


def subscribed(package: Path) -> Iterator[tuple[str, type[Event] | None]]:
    """The keys of a service's ``SUBSCRIPTIONS``: as written, and the contract that they name."""
    (module,) = (m for m in modules(package) if m.path == package / "subscriptions.py")
    for node in module.tree.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        if node.target.id == "SUBSCRIPTIONS":
            assert isinstance(node.value, ast.Dict), f"{module}: SUBSCRIPTIONS is one written-out table"
            for key in node.value.keys:
                assert key is not None, f"{module}: no ** in SUBSCRIPTIONS"
                yield ast.unparse(key), module.contract(key)
            return
    raise AssertionError(f"{module}: no annotated SUBSCRIPTIONS")
