"""Translations: each ``django.po`` that is newer than its ``django.mo`` is compiled (with Babel)."""

from __future__ import annotations

from pathlib import Path

from compose.local.paths import ROOT


def compile_changed(root: Path = ROOT) -> list[Path]:
    """Compile what changed under the project's packages; returns the written files."""
    packages = [folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    written = []
    for source in sorted(po for package in packages for po in package.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)
            written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parent.parent.name)
    aside = target.with_suffix(".mo.new")
    with aside.open("wb") as file:
        write_mo(file, catalog)
    aside.replace(target)
