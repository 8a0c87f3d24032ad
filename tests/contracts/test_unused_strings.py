"""Catalogues have what the sources say and nothing else, each of it once, finished and in words that differ.

The other way round, whether every sentence has its Russian, is test_translations.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.contracts.source import REPOSITORY
from tests.contracts.test_translations import KEYWORDS, OWN

CATALOGUES = sorted(REPOSITORY.glob(f"*/{OWN}"))
EACH = pytest.mark.parametrize(
    "catalogue", CATALOGUES, ids=lambda path: path.relative_to(REPOSITORY).parts[0]
)
#: Names of a sentence and of its context. Templates write both in ``translate`` and ``blocktranslate``.
_TAG = re.compile(r"""\{%-?\s*translate\s+(["'])(.+?)\1(?:\s+context\s+(["'])(.+?)\3)?""")
_ARGUMENT = re.compile(r"""\b_\((["'])(.+?)\1\)""")
_BLOCK = re.compile(
    r"\{%\s*blocktranslate(.*?)%\}(.*?)(?:\{%\s*plural\s*%\}(.*?))?\{%\s*endblocktranslate\s*%\}", re.S
)
_VALUE = re.compile(r"\{\{\s*(\w+)\s*\}\}")

Key = tuple[str, str | None]


def messages(catalogue: Path) -> list[Message]:
    with catalogue.open("rb") as file:
        return [message for message in read_po(file, locale="ru", abort_invalid=True) if message.id]


def key(message: Message) -> Key:
    return (message.id if isinstance(message.id, str) else message.id[0], message.context)


def texts_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def strings_in(folder: Path) -> Iterator[Key]:
    """Every sentence of the sources, with its context."""
    for path in folder.rglob("*.py"):
        if {"tests", "testing", "migrations"} & set(path.relative_to(folder).parts):
            continue
        for _, message, _, context in extract_from_file("python", path, keywords=KEYWORDS):
            yield (message if isinstance(message, str) else message[0]), context
    for path in (*folder.rglob("*.html"), *folder.rglob("templates/**/*.txt")):
        text = path.read_text(encoding="utf-8")
        yield from ((found[2], found[4]) for found in _TAG.finditer(text))
        yield from ((found[2], None) for found in _ARGUMENT.finditer(text))
        for options, one, _many in _BLOCK.findall(text):
            words = re.sub(r"\s*\n\s*", " ", one).strip() if "trimmed" in options else one
            yield _VALUE.sub(r"%(\1)s", words.replace("%", "%%")), None


@EACH
def test_no_catalogue_has_a_sentence_that_nobody_says(catalogue: Path) -> None:
    folder = catalogue.parents[3]
    said = {sentence.replace("%%", "%") for sentence, _ in strings_in(folder)}
    unused = [
        key(message) for message in messages(catalogue) if key(message)[0].replace("%%", "%") not in said
    ]
    assert unused == []


@EACH
def test_every_entry_is_finished(catalogue: Path) -> None:
    """Neither guessed (fuzzy) nor empty nor given up (obsolete), and there once."""
    with catalogue.open("rb") as file:
        read = read_po(file, locale="ru")
    assert list(read.obsolete) == []
    unfinished = []
    for message in messages(catalogue):
        texts = texts_of(message)
        if message.fuzzy or not all(text.strip() for text in texts):
            unfinished.append(key(message))
    assert unfinished == []
    entries = re.findall(
        r'^(?:msgctxt "(.*)"\n)?msgid ((?:".*"\n)+)', catalogue.read_text(encoding="utf-8"), re.M
    )
    assert [entry for entry, count in Counter(entries).items() if count > 1] == []


@EACH
def test_a_translation_keeps_the_values_of_its_sentence(catalogue: Path) -> None:
    """``%(limit)s`` that is lost is a number that is not said; one that is new is a crash."""
    named = re.compile(r"%\((\w+)\)[sd]")
    wrong = []
    for message in messages(catalogue):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = texts_of(message)
        wanted = {name for one in ids for name in named.findall(one)}
        wrong += [text for text in texts if set(named.findall(text)) - wanted]
        wrong += [texts[-1]] if set(named.findall(texts[-1])) != wanted else []
    assert wrong == []
