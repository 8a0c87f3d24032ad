"""What instruments are called comes with their orders."""

from __future__ import annotations

from django.db import connection

from billing_service.ledger.models import InstrumentName
from billing_service.tests.orders import limit_placed, order_placed

APPLE = {"name_en": "Apple Inc.", "name_ru": "Эппл"}


def known():
    return list(InstrumentName.objects.order_by("ticker").values_list("ticker", "name_en", "name_ru"))


def test_the_last_order_says_what_an_instrument_is_called(customer, deliver_many):
    user = customer(1_00).user_id

    def placed(ticker, **names):
        return limit_placed(user, hold_amount=0, side="sell", ticker=ticker, **names)

    deliver_many(
        [placed("AAPL", **APPLE), placed("BZB5", name_en="1\\2", name_ru='"Б"'), placed("AAPL", **APPLE)]
    )
    assert known() == [("AAPL", "Apple Inc.", "Эппл"), ("BZB5", "1\\2", '"Б"')]

    deliver_many([placed("AAPL", name_en="Apple", name_ru="Эппл"), placed("BZB5")])
    deliver_many([order_placed(user, hold_amount=0)])  # of before there were names
    assert known() == [("AAPL", "Apple", "Эппл"), ("BZB5", "1\\2", '"Б"')]


def test_a_buy_that_is_declined_says_it_too(customer, deliver):
    deliver(limit_placed(customer(1_00).user_id, hold_amount=500_00, **APPLE))
    assert known() == [("AAPL", "Apple Inc.", "Эппл")]


def versions():
    """By which transactions the rows were written, and locked last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, xmax::text, ctid::text FROM ledger_instrumentname")
        return cursor.fetchall()


def test_a_name_that_is_known_is_not_written_again(customer, deliver):
    user = customer(1_00).user_id
    deliver(limit_placed(user, hold_amount=1, **APPLE))
    written = versions()
    deliver(limit_placed(user, hold_amount=1, **APPLE))
    assert versions() == written
