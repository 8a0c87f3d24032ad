"""The query of the stream of quotes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from market_service.quote_stream.errors import BooksInvalid, TickersInvalid
from servicekit.api.serializers import StrictSerializer

#: Instruments that one stream may be of, and books.
MAX_TICKERS, MAX_BOOKS = 50, 5


class QuotesStreamQuery(StrictSerializer):
    """``tickers``: such as ``AAPL,MSFT``, in any case; ``books``: those of which more is told."""

    tickers = serializers.CharField(max_length=20 * MAX_TICKERS)
    books = serializers.CharField(
        required=False,
        max_length=20 * MAX_BOOKS,
        help_text=f"those of the tickers whose books and trades are told as well, at most {MAX_BOOKS}",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        tickers, books = _named(attrs["tickers"]), _named(attrs.get("books", ""))
        if not 1 <= len(tickers) <= MAX_TICKERS:
            raise TickersInvalid(limit=MAX_TICKERS)
        if len(books) > MAX_BOOKS or not set(books) <= set(tickers):
            raise BooksInvalid(limit=MAX_BOOKS)
        return {"tickers": tickers, "books": books}


def _named(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (name.strip().upper() for name in text.split(",")))))
