"""Every code that can reach a person has words in both languages: choices, kinds of news."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

import pytest

from servicekit.contracts.user import NOTICES
from tests.contracts.source import REPOSITORY, SERVICES, Module, modules
from web_frontend.labels import LABELS

PACKAGES = [*SERVICES.values(), REPOSITORY / "servicekit"]
#: Whose codes are shown to nobody, or as they are.
AS_THEY_ARE = ("user_service/accounts/models.py Locale", "servicekit/messaging/models.py Side")


def is_choices(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    """Whether it defines an enumeration of codes."""
    return isinstance(node, ast.ClassDef) and any("TextChoices" in ast.unparse(base) for base in node.bases)


def choices() -> Iterator[tuple[Module, ast.ClassDef, dict[str, ast.expr]]]:
    """Every enumeration of codes: its module, its class, its members."""
    for package in PACKAGES:
        for module in modules(package):
            if not {"migrations", "testing"} & set(module.path.parts):
                for node in ast.walk(module.tree):
                    if isinstance(node, ast.ClassDef) and any(
                        "TextChoices" in ast.unparse(b) for b in node.bases
                    ):
                        members = {
                            target.id: item.value
                            for item in node.body
                            if isinstance(item, ast.Assign)
                            for target in item.targets
                            if isinstance(target, ast.Name)
                        }
                        yield module, node, members


def values(app: str, name: str) -> set[str]:
    """The values of one enumeration of an app, read from its source."""
    (found,) = (
        members
        for module, node, members in choices()
        if node.name == name and REPOSITORY / app in [module.path, *module.path.parents]
    )
    return {
        str(ast.literal_eval(value.elts[0] if isinstance(value, ast.Tuple) else value))
        for value in found.values()
    }


def test_every_choice_is_a_code_with_words_to_translate() -> None:
    found = list(choices())
    assert len(found) > 15
    assert [
        f"{module} {node.name}.{name}"
        for module, node, members in found
        if f"{module} {node.name}" not in AS_THEY_ARE
        for name, value in members.items()
        if not ast.unparse(value).startswith("('', ")  # none of them
        and not (isinstance(value, ast.Tuple) and ast.unparse(value.elts[1]).startswith("_("))
    ] == []


@pytest.mark.parametrize(
    ("kind", "app", "enumeration"),
    [
        ("type", "market_service/instruments", "InstrumentType"),
        ("types", "market_service/instruments", "InstrumentType"),
        ("side", "trading_service/orders", "Side"),
        ("status", "trading_service/orders", "Status"),
        ("operation", "billing_service/ledger/models/journal.py", "Kind"),
        ("sign_in", "user_service/sessions", "Outcome"),
    ],
)
def test_the_pages_have_a_word_for_every_value(kind: str, app: str, enumeration: str) -> None:
    assert values(app, enumeration) - set(LABELS[kind]) <= {"unknown_name"}  # is nobody's own sign-in


def test_every_notice_of_security_has_its_text() -> None:
    texts = (each for each in modules(SERVICES["notification"]) if each.path.name.endswith("texts.py"))
    nodes = (node for each in texts for node in ast.walk(each.tree))
    constants = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert set(NOTICES) - constants == set()


def test_every_kind_of_notification_has_a_title_and_a_body() -> None:
    (models,) = (
        members
        for module, node, members in choices()
        if node.name == "Kind" and SERVICES["notification"] in [module.path, *module.path.parents]
    )
    (texts,) = (m for m in modules(SERVICES["notification"]) if m.path.name == "texts.py")
    written = {node.attr for node in ast.walk(texts.tree) if isinstance(node, ast.Attribute)}
    assert set(models) - written == set()
