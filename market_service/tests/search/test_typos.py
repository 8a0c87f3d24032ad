"""A typo is found wherever it is in a word, and nothing that is not one."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection

from market_service.instruments.selectors import instrument_list
from market_service.search.models import SearchLetter, SearchWord
from market_service.search.selectors.typos import BEGINNINGS_FROM, meant_by

pytestmark = pytest.mark.django_db

WORDS = ("apple", "applied", "apply", "alphabet", "международный", "межрегионгаз", "банк", "inc", "incyte")
LETTERS = "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюя"


def one_apart(text: str, other: str) -> bool:
    """One letter wrong, missing, too many, or two neighbours swapped; by its definition."""
    if len(text) == len(other):
        wrong = [place for place, (a, b) in enumerate(zip(text, other, strict=True)) if a != b]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return text[wrong[0]] == other[wrong[1]] and text[wrong[1]] == other[wrong[0]]
        return len(wrong) == 1
    longer, shorter = sorted((text, other), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )


def meant(typed: str) -> set[str]:
    """What must be found: of long words, beginnings of words."""
    ends = (len(word) if len(typed) < BEGINNINGS_FROM else 3 for word in WORDS)
    beginnings = {
        word[:end] for word, first in zip(WORDS, ends, strict=True) for end in range(first, len(word) + 1)
    }
    return {beginning for beginning in beginnings if one_apart(typed, beginning)}


def mistyped(word: str, place: int, random_: random.Random) -> set[str]:
    letter = random_.choice(LETTERS)
    return {
        word[:place] + letter + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :],
    }


def test_every_place_and_kind_of_typo() -> None:
    SearchWord.objects.bulk_create(SearchWord(word=word) for word in WORDS)
    SearchLetter.objects.bulk_create(SearchLetter(letter=letter) for letter in LETTERS)
    random_ = random.Random(16)
    typed = {
        text
        for word in WORDS
        for end in {len(word), 6}
        for place in range(end + 1)
        for text in mistyped(word[:end], place, random_)
        if len(text) >= 3
    }
    for text in sorted(typed):
        assert set(meant_by(text)) == meant(text), text
    assert any(meant(text) for text in typed)


def test_a_typo_takes_few_statements_and_each_word_one_look_at_an_index(
    listed: Any, django_assert_num_queries: Any
) -> None:
    """No word as typed; none in the other layout; what was meant; how many have it, and which; their rows."""
    listed("AAPL", name_en="Apple")
    with django_assert_num_queries(6):
        assert [one.ticker for one in instrument_list(search="Aplle")[:10]] == ["AAPL"]


def test_words_have_one_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename ~ '^search_search(word|letter)$'")
        assert {name for (name,) in cursor.fetchall()} == {
            "search_searchword_pkey",
            "search_searchletter_pkey",
        }
