"""The ticket's estimate stands on the same terms as trading_service's orders."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def term(package: str, name: str) -> Decimal:
    """``NAME = Decimal("…")`` of a settings module, read without running it."""
    tree = ast.parse((ROOT / package / "config" / "settings.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            assert isinstance(node.value, ast.Call)
            return Decimal(ast.literal_eval(node.value.args[0]))
    raise AssertionError(f"{package} has no {name}")


@pytest.mark.parametrize("name", ["FEE_RATE", "PRICE_PROTECTION"])
def test_the_pages_estimate_by_the_terms_of_trade(name: str) -> None:
    assert term("web_frontend", name) == term("trading_service", name)
