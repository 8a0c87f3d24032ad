"""What Django and Django REST framework say of a field is said in our words, and in Russian all of it."""

from __future__ import annotations

from pathlib import Path

import django
import pytest
import rest_framework
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation import gettext, ngettext, override

from servicekit.settings.common import REPOSITORY

DJANGO, DRF = (Path(library.__path__[0]) for library in (django, rest_framework))
SOURCES = [
    DJANGO / "core" / "validators.py", DJANGO / "forms" / "fields.py", DJANGO / "forms" / "models.py",
    DJANGO / "db" / "models" / "fields" / "__init__.py",
    DJANGO / "contrib" / "auth" / "password_validation.py",
    *(DRF / f"{name}.py" for name in ("exceptions", "fields", "pagination", "serializers", "validators")),
]  # fmt: skip
KEYWORDS = {"_": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
#: Of kinds of fields that nothing here has.
UNUSED = ("slug",)


def said(source: Path) -> set[str]:
    """The sentences of a file, of those with a plural the singular."""
    found = extract_from_file("python", source, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, message, *_ in found}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_our_words_are_said_instead_of_theirs(language: str) -> None:
    path = REPOSITORY / "servicekit" / "library_texts" / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        catalogue = [message for message in read_po(file, locale=language) if message.id]
    theirs = set().union(*map(said, SOURCES))
    with override(language):
        for message in catalogue:
            texts = [message.string] if isinstance(message.string, str) else list(message.string or [])
            if isinstance(message.id, str):
                assert message.id in theirs
                assert [gettext(message.id)] == texts
            else:
                one, many = message.id
                assert one in theirs
                said_of = [ngettext(one, many, count) for count in (1, 2, 5)]
                assert list(dict.fromkeys(said_of)) == list(dict.fromkeys(texts))


def test_django_rest_framework_says_nothing_in_english_to_who_reads_russian() -> None:
    with (DRF / "locale" / "ru" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        known = {message.id for message in read_mo(file)}
    missing = []
    with override("ru"):
        for source in SOURCES:
            if DRF in source.parents and source.stem != "pagination":
                missing += [text for text in said(source) if text not in known and gettext(text) == text]
    assert [text for text in missing if not any(word in text for word in UNUSED)] == []
