"""Translations are compiled when they changed, and only then."""

from __future__ import annotations

import gettext
import os
import time
from pathlib import Path

import pytest

from compose.local import catalogs

SOURCE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Buy"\nmsgstr "Купить"\n'


def test_a_newer_source_is_compiled_once(folder: Path) -> None:
    source = folder / "some_service" / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE, encoding="utf-8")
    target = source.with_suffix(".mo")
    assert catalogs.compile_changed(folder) == [target]
    assert catalogs.compile_changed(folder) == []
    with target.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Buy") == "Купить"
    later = time.time() + 10
    os.utime(source, (later, later))
    assert catalogs.compile_changed(folder) == [target]


def test_the_environment_s_own_catalogues_are_left_alone(folder: Path) -> None:
    hidden = folder / ".venv" / "locale" / "ru" / "LC_MESSAGES"
    hidden.mkdir(parents=True)
    (hidden / "django.po").write_text(SOURCE, encoding="utf-8")
    assert catalogs.compile_changed(folder) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Esc — назад", "Esc\xa0— назад"),
        ("По %(price)s или дешевле, до %(until)s", "По\xa0%(price)s или дешевле, до\xa0%(until)s"),
        ("не дольше 90 дней, на 1 % хуже", "не дольше 90\xa0дней, на\xa01\xa0% хуже"),
        ("по 10, 20 или 30", "по\xa010, 20 или\xa030"),
        ("Продано %(count)s шт. %(ticker)s", "Продано %(count)s\xa0шт. %(ticker)s"),
        ("Выведено %(amount)s. На счёте %(balance)s", "Выведено\xa0%(amount)s. На\xa0счёте\xa0%(balance)s"),
        ("Новости о бирже", "Новости о бирже"),
    ],
)
def test_russian_lines_do_not_end_where_they_must_not(written: str, shown: str) -> None:
    assert catalogs.unbroken(written) == shown
