"""Tests wait until what they want is there: a number of looks may be over before a busy machine is ready."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.contracts.source import REPOSITORY, modules

_SLEEPS = ("sleep", "wait_for_timeout")


def of_this_loop(node: ast.AST) -> Iterator[ast.AST]:
    """What is below a loop, without the loops in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (ast.For, ast.While)):
            yield from of_this_loop(child)


def counts_its_looks(loop: ast.AST) -> bool:
    """Whether a loop pauses so many times, and is left sooner when what it waits for is there."""
    if not isinstance(loop, ast.For) or not re.fullmatch(r"range\([\d, ]+\)", ast.unparse(loop.iter)):
        return False
    inside = list(of_this_loop(loop))
    pauses = (ast.unparse(one.func).endswith(_SLEEPS) for one in inside if isinstance(one, ast.Call))
    return any(pauses) and any(isinstance(one, (ast.Break, ast.Return)) for one in inside)


def test_nobody_looks_so_many_times() -> None:
    tests = [
        module
        for top in REPOSITORY.glob("[a-z]*/__init__.py")
        for module in modules(top.parent, tests=True)
        if {"tests", "testing"} & set(module.path.relative_to(REPOSITORY).parts)
    ]
    assert len(tests) > 300
    loops = ((one, node) for one in tests for node in ast.walk(one.tree) if isinstance(node, ast.For))
    found = [f"{one}:{loop.lineno}" for one, loop in loops if counts_its_looks(loop)]
    assert found == [], "use servicekit.testing.waiting.wait"


def test_such_a_loop_would_be_found() -> None:
    loop = "for _ in range(9):\n    if ready():\n        break\n    time.sleep(0.1)"
    assert counts_its_looks(ast.parse(loop).body[0])
    assert not counts_its_looks(ast.parse("for _ in range(9):\n    time.sleep(0.1)").body[0])
