"""Every kind of notification that there is can be chosen on the page, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.contracts.source import REPOSITORY


def test_the_page_offers_every_kind() -> None:
    assert _kinds(REPOSITORY / "notification_service" / "kinds.py") == _offered(
        REPOSITORY / "web_frontend" / "notifications" / "preferences_form.py"
    )


def _kinds(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (kind,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Kind")
    return {ast.literal_eval(part.value.elts[0]) for part in kind.body if _is_choice(part)}  # type: ignore[attr-defined]


def _is_choice(part: ast.stmt) -> bool:
    return isinstance(part, ast.Assign) and isinstance(part.value, ast.Tuple)


def _offered(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (kinds,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "KINDS"
    )
    assert isinstance(kinds, ast.Dict)
    return {ast.literal_eval(key) for key in kinds.keys if key is not None}
