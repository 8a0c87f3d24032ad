"""Every sentence that the services say has its Russian: looked for in the sources, not in the pages."""

from __future__ import annotations

import re
from pathlib import Path

import django
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from tests.contracts.source import REPOSITORY, SERVICES

KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "translated")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
IN_TEMPLATES = re.compile(r"""\{%\s*translate\s+(["'])(.+?)\1""")
OWN = "locale/ru/LC_MESSAGES/django.po"


def translated(catalogue: Path) -> set[str]:
    """What a catalogue has a Russian text for."""
    with catalogue.open("rb") as file:
        messages = list(read_po(file, locale="ru"))
    found = set()
    for message in messages:
        texts = [message.string] if isinstance(message.string, str) else list(message.string or [""])
        if message.id and all(texts):
            found.add(message.id if isinstance(message.id, str) else message.id[0])
    return found


def django_itself() -> set[str]:
    root = Path(django.__file__).parent
    catalogues = [root / "conf" / OWN, *root.glob(f"contrib/*/{OWN}")]
    return set().union(*(translated(catalogue) for catalogue in catalogues))


@pytest.mark.parametrize("package", ["servicekit", *sorted(path.name for path in SERVICES.values())])
def test_every_sentence_has_its_russian(package: str) -> None:
    folder = REPOSITORY / package
    known = translated(folder / OWN) | translated(REPOSITORY / "servicekit" / OWN) | django_itself()
    missing = []
    for path in sorted(folder.rglob("*.py")):
        if not {"tests", "testing", "migrations"} & set(path.relative_to(folder).parts):
            for line, message, *_ in extract_from_file("python", path, keywords=KEYWORDS):
                sentence = message if isinstance(message, str) else message[0]
                if sentence and sentence not in known:
                    missing.append(f"{path.relative_to(REPOSITORY)}:{line} {sentence}")
    for path in sorted(folder.rglob("*.html")):
        sentences = [each for _, each in IN_TEMPLATES.findall(path.read_text(encoding="utf-8"))]
        missing += [f"{path.relative_to(REPOSITORY)} {each}" for each in sentences if each not in known]
    assert missing == []
