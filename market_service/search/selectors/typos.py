"""Words from which a word differs by one typo: a letter wrong, missing, too many, or two swapped.

All the words that one typo makes of it are looked up among those that there are: some thousand look-ups in
one index at most, however many words there are. From five letters on also the beginnings of words count.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from servicekit.arrays import array
from servicekit.database import Statement

#: A shorter word is not taken for a mistyped one, a longer one by no more than as it is.
SHORTEST, LONGEST = 3, 30
#: From so many letters on, a word may be the beginning of what is meant.
BEGINNINGS_FROM = 5
#: Letters that may be meant instead of another: the first by their codes, Latin and Cyrillic before the rest.
MAX_LETTERS = 200
#: Words that may be meant at most.
MAX_MEANT = 100

# Every way in which a word may have been mistyped, one letter of each of the letters that there are; and of
# those the ones that are words, or beginnings of words. Made in Python and looked up by the ORM, those of a
# word of 4 letters among 20,000 take 3.5 times as long, the beginnings of 5 letters 70 times (by turns, 21
# runs).
_MISTYPED = f"""
WITH cut AS (
    SELECT left(word, place) AS before, substr(word, place + 1) AS after
    FROM (SELECT %s::text) AS typed (word), generate_series(0, length(word)) AS place
), letter AS (
    SELECT letter FROM search_searchletter ORDER BY letter LIMIT {MAX_LETTERS}
), apart (word) AS (
    SELECT before || substr(after, 2) FROM cut
    UNION SELECT before || substr(after, 2, 1) || left(after, 1) || substr(after, 3) FROM cut
    UNION SELECT before || letter || substr(after, 2) FROM cut, letter
    UNION SELECT before || letter || after FROM cut, letter
)
SELECT mistyped.word
FROM unnest(ARRAY(SELECT word FROM apart WHERE length(word) >= {SHORTEST} AND word <> %s)) AS mistyped (word)
WHERE EXISTS (SELECT FROM search_searchword AS known WHERE {{known}})
"""
_BEGINS = "known.word >= {0}.word AND known.word < {0}.word || chr(1114111)"
_WORDS = Statement(_MISTYPED.format(known="known.word = mistyped.word"))
_BEGINNINGS = Statement(_MISTYPED.format(known=_BEGINS.format("mistyped")))
# An ORM query for each takes 6 times as long for one text, 14 times for three (by turns, 21 runs).
_KNOWN = Statement(
    f"""
SELECT word FROM unnest(%s::text[]) AS typed (word)
WHERE EXISTS (SELECT FROM search_searchword AS known WHERE {_BEGINS.format("typed")})
"""
)


def words_beginning(texts: Iterable[str]) -> set[str]:
    """Those of the texts with which any word begins."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [array(texts)])
        return {text for (text,) in cursor.fetchall()}


def meant_by(word: str) -> tuple[str, ...]:
    """The words that may have been meant; from five letters on, the beginnings of words."""
    if not SHORTEST <= len(word) <= LONGEST:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS if len(word) >= BEGINNINGS_FROM else _WORDS, [word, word])
        known = sorted(found for (found,) in cursor.fetchall())
    return tuple(known[:MAX_MEANT])
