"""Translations: each ``django.po`` that is newer than its ``django.mo`` is compiled (with Babel).

Russian gets its no-break spaces here, so that nobody has to write what cannot be seen.
"""

from __future__ import annotations

import re
from pathlib import Path

from compose.local.paths import ROOT

#: The spaces at which Russian does not end a line: before a dash, "шт." or an amount, between a number and
#: its noun, and between a short word and the value that it belongs to (``по %(price)s``, ``до 90 дней``).
_UNBROKEN = re.compile(
    r" (?=—|шт\.|%\((?:amount|balance|fee)\))|(?<=\d) (?=[а-яё%])(?!(?:и|в|до|или) )"
    r"|(?:(?<=\b[а-яё])|(?<=\b[а-яё]{2})|(?<=\b[а-яё]{3})) (?=%\(|\d|[а-яё]+ %\((?:amount|balance|fee)\))",
    re.IGNORECASE,
)


def compile_changed(root: Path = ROOT) -> list[Path]:
    """Compile what changed under the project's packages; returns the written files."""
    rules = Path(__file__).stat().st_mtime
    packages = [folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    written = []
    for source in sorted(po for package in packages for po in package.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < max(source.stat().st_mtime, rules):
            _compile(source, target)
            written.append(target)
    return written


def unbroken(text: str) -> str:
    """A Russian text with no-break spaces where a line must not end: before the dash of ``Esc — назад``."""
    return _UNBROKEN.sub("\N{NO-BREAK SPACE}", text)


def _compile(source: Path, target: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parent.parent.name)
    if source.parent.parent.name == "ru":
        for message in catalog:
            if message.id:
                texts = message.string or ""
                message.string = unbroken(texts) if isinstance(texts, str) else tuple(map(unbroken, texts))
    aside = target.with_suffix(".mo.new")
    with aside.open("wb") as file:
        write_mo(file, catalog)
    aside.replace(target)
