"""Words typed in the other keyboard layout: «ффзд» is aapl, and "c,th" is сбер."""

from __future__ import annotations

_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю"
_ENGLISH = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_SHIFTED = '{}:"<>'
_TO_ENGLISH = str.maketrans(_RUSSIAN, _ENGLISH)
_TO_RUSSIAN = str.maketrans(_ENGLISH + _SHIFTED, _RUSSIAN + "хъжэбю")


def other_layouts(word: str) -> list[str]:
    """What a word is in the layouts that it may have been meant for; nothing if it is the same there.

    Args:
        word: folded, without spaces.
    """
    others = [word.translate(_TO_ENGLISH), word.translate(_TO_RUSSIAN)]
    return [other for other in dict.fromkeys(others) if other != word]
