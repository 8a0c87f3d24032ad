"""What the search looks into: the words of each quoted instrument, and all the words there are."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchEntry(models.Model):
    """The words of one quoted instrument, written in the transaction that lists or changes it.

    What the columns hold: :class:`market_service.search.words.EntryTexts`.

    The index over them is of *lexemes*, words with one letter before them that says where they stand: ``t``
    the ticker, ``i`` the ISIN, ``n`` a word of a name, ``s`` the end of a ticker, an ISIN or a word of a name
    from any letter on (so that a part of it is the beginning of a lexeme), ``d`` a word of a description.
    The function ``search_lexemes`` makes them; they are in the index alone, so that rows are short.
    """

    instrument = models.OneToOneField(
        "instruments.Instrument", models.CASCADE, primary_key=True, related_name="search_entry"
    )
    type = models.CharField(max_length=10)
    ticker = models.CharField(max_length=12, db_collation="C")
    isin = models.CharField(max_length=12, db_collation="C", blank=True)
    names = models.TextField(blank=True)
    descriptions = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("ticker",), name="search_entry_ticker", include=("instrument",)),
            models.Index(fields=("type", "ticker"), name="search_entry_type", include=("instrument",)),
            GinIndex(
                models.Func("ticker", "isin", "names", "descriptions", function="search_lexemes"),
                name="search_entry_lexemes",
                fastupdate=False,
            ),
        )

    def __str__(self) -> str:
        return self.ticker


class SearchWord(models.Model):
    """A word that an instrument has or had: a mistyped one may mean it. Never changed, only added."""

    word = models.CharField(max_length=100, primary_key=True, db_collation="C")

    def __str__(self) -> str:
        return self.word


class SearchLetter(models.Model):
    """A letter of some word: what may be typed instead of another."""

    letter = models.CharField(max_length=1, primary_key=True, db_collation="C")

    def __str__(self) -> str:
        return self.letter
