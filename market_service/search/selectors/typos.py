"""Words from which a word differs by one typo: a letter wrong, missing, too many, or two swapped.

All the words that one typo makes of it are looked up among those that there are: some thousand look-ups in
one index at most, however many words there are. From five letters on also the beginnings of words count.
"""

from __future__ import annotations

from django.db import connection

from market_service.search.models import SearchLetter
from servicekit.arrays import array

#: A shorter word is not taken for a mistyped one, a longer one by no more than as it is.
SHORTEST, LONGEST = 3, 30
#: From so many letters on, a word may be the beginning of what is meant.
BEGINNINGS_FROM = 5
#: Letters that may be meant instead of another: the first by their codes, Latin and Cyrillic before the rest.
MAX_LETTERS = 200
#: Words that may be meant at most.
MAX_MEANT = 100

_WORDS = "SELECT word FROM search_searchword WHERE word = ANY(%s::text[])"
_BEGINNINGS = """
SELECT word FROM unnest(%s::text[]) AS typed (word)
WHERE EXISTS (SELECT FROM search_searchword AS known
              WHERE known.word >= typed.word AND known.word < typed.word || chr(1114111))
"""


def letters() -> str:
    """The letters that words have."""
    return "".join(SearchLetter.objects.order_by("letter").values_list("letter", flat=True)[:MAX_LETTERS])


def word_begins(text: str) -> bool:
    """Whether any word begins so."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [array([text])])
        return cursor.fetchone() is not None


def meant_by(word: str, letters: str) -> tuple[str, ...]:
    """The words that may have been meant; from five letters on, the beginnings of words.

    Args:
        letters: those that there are.
    """
    if not SHORTEST <= len(word) <= LONGEST:
        return ()
    mistyped = sorted(_one_apart(word, letters))
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS if len(word) >= BEGINNINGS_FROM else _WORDS, [array(mistyped)])
        known = sorted(found for (found,) in cursor.fetchall())
    return tuple(known[:MAX_MEANT])


def _one_apart(word: str, letters: str) -> set[str]:
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    apart = {before + after[1:] for before, after in cuts if after}
    apart |= {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    apart |= {before + letter + after[1:] for before, after in cuts if after for letter in letters}
    apart |= {before + letter + after for before, after in cuts for letter in letters}
    return {one for one in apart if len(one) >= SHORTEST} - {word}
