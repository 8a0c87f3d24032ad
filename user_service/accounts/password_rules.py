"""Refuses easily guessed passwords: common words in both languages, one's own name, keyboard rows.

A guesser puts digits and signs around a word, writes 0 for o and types it in the other keyboard layout; so
does this. Beside Django's own validators, which look at the password as a whole.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: So many digits and signs around a common word do not make it a good password; more of them do.
PADDING = 8
#: A word shorter than this is no reason to refuse what it stands in.
SHORTEST_WORD = 3

#: A repetition longer than this is as good as another password.
LONGEST_REPETITION = 20

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_LAYOUTS = (str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN))
_LOOKALIKES = str.maketrans("0134578@$!", "oieastbasi")
#: Keys and letters in a row, forwards; backwards they count too.
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "qwertyuiopasdfghjklzxcvbnm",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "01234567890",
)
_NOT_LETTERS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_NOT_LETTERS_AFTER = re.compile(r"[\W\d_]+$")
_DIGITS_AROUND = re.compile(r"^\d+|[\d!]+$")
_DATE_OR_PHONE = re.compile(r"[\d\s().,/:+-]+")


class GuessableValidator:
    """Refuses common words with few additions, one's own name or e-mail, keyboard rows and repetitions."""

    def validate(self, password: str, user: Any = None) -> None:
        """Check a password, in normal form (NFKC).

        Raises:
            ValidationError: ``password_too_common``, ``password_too_similar``, ``password_entirely_numeric``.
        """
        text = password.casefold()
        if _DATE_OR_PHONE.fullmatch(text) and not text.isdigit() and re.search(r"\d", text):
            raise ValidationError(
                _("A date, a phone number or other digits are easy to guess."), "password_entirely_numeric"
            )
        words = set(_words(text))
        if words & _own_words(user):
            raise ValidationError(
                _("The password is your name or e-mail with a few characters added."), "password_too_similar"
            )
        if not text.strip() or _is_repetition(text) or any(map(_is_common, words)):
            raise ValidationError(
                _("The password is a common word or a row of keys with a few characters added."),
                "password_too_common",
            )

    def get_help_text(self) -> str:
        """For Django's own forms; the pages have their own sentence."""
        return _("The password must not be a common word, a name or a row of keys.")


def _words(text: str) -> Iterator[str]:
    """The words that a password may be made of: without what is around them, as they may be meant."""
    for pattern in (_NOT_LETTERS, _NOT_LETTERS_AFTER, _DIGITS_AROUND):
        bare = pattern.sub("", text)
        if len(bare) >= SHORTEST_WORD and len(text) - len(bare) <= PADDING:
            bare = _unit(bare)
            yield bare
            yield bare.translate(_LOOKALIKES)
            for layout in _LAYOUTS:
                yield bare.translate(layout)


def _own_words(user: Any) -> set[str]:
    """The user's name, the parts of the address, the shown name; each without digits around it too."""
    if user is None:
        return set()
    name, _at, host = user.email.partition("@")
    own = [user.username, name, host, host.partition(".")[0], user.email, user.display_name]
    bare = [_NOT_LETTERS.sub("", text) for text in own]
    return {text.casefold() for text in (*own, *bare) if len(text) >= SHORTEST_WORD}


def _is_common(word: str) -> bool:
    row = len(word) > SHORTEST_WORD and any(word in keys or word[::-1] in keys for keys in _ROWS)
    return row or word in _common_words()


def _unit(text: str) -> str:
    """``birzha`` of ``birzhabirzha``; the text itself when it repeats nothing."""
    at = (text + text).find(text, 1)
    return text[:at] if SHORTEST_WORD <= at < len(text) else text


def _is_repetition(text: str) -> bool:
    """Whether it is at most four characters over and over, such as ``aaaaaaaa`` or ``12ab12ab1``."""
    return len(text) <= LONGEST_REPETITION and any(
        (text[:size] * len(text))[: len(text)] == text for size in range(1, 5)
    )


@functools.cache
def _common_words() -> frozenset[str]:
    lines = Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").splitlines()
    own = {word for line in lines if not line.startswith("#") for word in line.split()}
    return frozenset(own | CommonPasswordValidator().passwords)
