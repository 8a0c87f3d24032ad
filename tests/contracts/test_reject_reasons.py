"""Every reason that can reach a customer has words, in every language, and they stand once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from servicekit.contracts.reject_reasons import REASONS, RejectCode
from tests.contracts.source import REPOSITORY, SERVICES, modules

PACKAGES = {**{path.name: path for path in SERVICES.values()}, "servicekit": REPOSITORY / "servicekit"}
_HOLE = re.compile(r"%\((\w+)\)s")


def catalog(package: Path) -> Catalog:
    """The Russian texts of a package and of servicekit."""
    found = Catalog()
    for folder in (package, REPOSITORY / "servicekit"):
        with (folder / "locale/ru/LC_MESSAGES/django.po").open("rb") as file:
            for message in read_po(file, locale="ru"):
                if message.id and message.string:
                    found.add(message.id, message.string, context=message.context)
    return found


def russian(texts: Catalog, english: str) -> str:
    """The translation, which has the same holes."""
    message = texts.get(english)
    assert message is not None, f"no Russian for: {english}"
    assert "fuzzy" not in message.flags
    text = str(message.string)
    assert sorted(_HOLE.findall(text)) == sorted(_HOLE.findall(english)), text
    assert re.search("[а-яё]", text), text
    return text


def test_every_code_has_its_words() -> None:
    assert set(REASONS) == set(RejectCode)
    for code, reason in REASONS.items():
        assert reason.short.endswith("."), code
        assert not _HOLE.findall(reason.short), code
        assert bool(reason.full) == bool(reason.unit), code
        assert sorted(_HOLE.findall(reason.full)) in ([], ["limit", "value"]), code
        assert code not in reason.short + reason.full, f"{code} is a code, no word"


@pytest.mark.parametrize("code", list(RejectCode))
def test_and_in_russian(code: RejectCode) -> None:
    texts = catalog(REPOSITORY / "servicekit")
    for sentence in filter(None, (REASONS[code].short, REASONS[code].full)):
        russian(texts, sentence)


@pytest.mark.parametrize("service", ["market", "trading", "billing"])
def test_no_service_has_a_code_of_its_own(service: str) -> None:
    """Reasons are members of the list: as a bare text one stands nowhere but in a problem's ``code``.

    An enumeration of something else may have the same word: why an instrument is halted, say.
    """
    codes = {code.value for code in RejectCode}
    found = [
        f"{module}:{node.lineno} {node.value}"
        for module in modules(SERVICES[service])
        if "migrations" not in module.path.parts and module.path.name != "errors.py"
        for definition in module.tree.body
        if "TextChoices" not in "".join(map(ast.unparse, getattr(definition, "bases", ())))
        for node in ast.walk(definition)
        if isinstance(node, ast.Constant) and node.value in codes
    ]
    assert found == []


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_what_an_api_refuses_is_said_in_russian_too(package: str) -> None:
    """The titles and sentences of every error that is marked for translation, and the fields' own."""
    texts = catalog(PACKAGES[package])
    marked = [
        node.args[0].value
        for module in modules(PACKAGES[package])
        if module.path.name in ("errors.py", "serializers.py", "problems.py")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert marked
    for sentence in marked:
        russian(texts, str(sentence))


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_no_sentence_names_an_amount_as_programs_write_it(package: str) -> None:
    """``1000000.00 USD`` stands in no sentence, least of all a Russian one: ``amount_text`` writes them."""
    found = [
        f"{module}:{text.lineno} {ast.unparse(text)}"
        for module in modules(PACKAGES[package])
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef) and function.name != "__str__"
        for text in ast.walk(function)
        if isinstance(text, ast.JoinedStr) and re.search(r"\} \{[\w.]*currency\}", ast.unparse(text))
    ]
    assert found == []
