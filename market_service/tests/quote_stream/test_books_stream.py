"""GET /api/v1/quotes/stream?books=…: book and last trades, read when they changed, if anybody listens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import RequestFactory

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt, instrument_open
from market_service.quote_stream import books
from market_service.tests.venue.orders import submitted
from servicekit import event_stream
from servicekit.auth.principals import Anonymous
from servicekit.event_stream import Listener, listeners
from servicekit.testing.event_streams import followed
from servicekit.testing.waiting import wait

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aapl(listed: Callable[..., Instrument], monkeypatch: pytest.MonkeyPatch) -> Instrument:
    """AAPL is listed; books are read when the test says so."""
    monkeypatch.setattr(books.reader, "_thread", threading.current_thread())
    monkeypatch.setattr(books, "_changed", set())
    return listed("AAPL")


@pytest.fixture
def listener(aapl: Instrument) -> Iterator[Listener]:
    """Somebody who listens to its book."""
    names = frozenset({books.name_of(aapl.id)})
    found = event_stream.listen(RequestFactory().get("/"), names, Anonymous())
    with followed(books.follower):
        books.books_begin([aapl])
        yield found
    event_stream.answer(found).close()


def told(listener: Listener) -> list[Any]:
    """What is told of what has changed since."""
    books.changed_offer()
    return [each.data for each in listener._take() if each.event == "book"]


def test_the_present_book_is_told_as_the_api_shows_it(aapl: Instrument, listener: Listener, api: Any) -> None:
    (data,) = told(listener)
    shown = api().get("/api/v1/instruments/AAPL/book?levels=5").json()
    assert {**data, "as_of": ""} == {**shown, "as_of": "", "trades": []}
    assert told(listener) == []


def test_an_execution_is_told_with_its_trade(aapl: Instrument, listener: Listener, deliver: Any) -> None:
    told(listener)
    deliver(submitted(aapl, quantity=3))
    wait(lambda: bool(books._changed))
    (data,) = told(listener)
    assert [trade["quantity"] for trade in data["trades"]] == [3]
    assert data["asks"][0]["quantity"] == aapl.available_quantity - 3


def test_a_halt_and_its_end_are_told(aapl: Instrument, listener: Listener) -> None:
    told(listener)
    for change, status in ((instrument_halt, "halted"), (instrument_open, "open")):
        change(instrument_id=aapl.id)
        wait(lambda: bool(books._changed))
        (data,) = told(listener)
        assert data["status"] == status


def test_a_book_that_nobody_listens_to_is_not_read(aapl: Instrument, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        books.on_books_changed([str(aapl.id)])
        books.changed_offer()
    assert not books._changed


def test_many_changes_are_one_read(
    aapl: Instrument, listener: Listener, django_assert_num_queries: Any
) -> None:
    told(listener)
    for _ in range(100):
        books.on_books_changed([str(aapl.id)])
    with django_assert_num_queries(2):  # the book and its trades
        assert len(told(listener)) == 1


def test_a_gap_reads_all_that_was_listened_to(aapl: Instrument, listener: Listener) -> None:
    told(listener)
    books.follower.missed()
    assert len(told(listener)) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("tickers=AAPL&books=aapl", 200),
        ("tickers=AAPL&books=", 200),
        ("tickers=AAPL&books=MSFT", 400),
        ("tickers=AAPL,A1,A2,A3,A4,A5&books=AAPL,A1,A2,A3,A4,A5", 400),
    ],
)
def test_books_are_few_and_of_the_streams_instruments(
    aapl: Instrument, settings: Any, api: Any, query: str, status: int
) -> None:
    settings.ROOT_URLCONF = settings.STREAM_URLCONF
    answer = api().head(f"/api/v1/quotes/stream?{query}")
    assert answer.status_code == status
    assert not listeners._listeners
