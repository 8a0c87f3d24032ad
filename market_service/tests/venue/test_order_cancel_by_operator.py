"""Given an order that rests, then an operator cancels it for a reason, which its customer is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from market_service.instruments.services import instrument_halt
from market_service.tests.venue.book import alone, ended, order, resting
from market_service.venue.models import RestingOrder, VenueOrder
from market_service.venue.services import order_cancel
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.contracts import market
from servicekit.errors import ChangedMeanwhile
from servicekit.ids import new_id
from servicekit.testing.admin import confirm, operation_address, seen

pytestmark = pytest.mark.django_db

BY = Actor("olga")


def test_what_is_left_is_canceled_and_published(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    sell = order(instrument, "sell", 5, "430.00")
    deliver(sell)
    deliver(order(instrument, "buy", 2, "430.00"))
    instrument_halt(instrument_id=instrument.pk)  # keeps nothing from being canceled

    order_cancel(order_id=sell.order_id, by=BY, reason=" It was a mistake.\n")

    assert resting(instrument, "sell") == []
    assert ended(sell) == ("canceled", 2, "operator")
    assert VenueOrder.objects.get(order_id=sell.order_id).detail == "It was a mistake."
    (canceled,) = published(market.OrderCanceledV2)
    assert (canceled.order_id, canceled.executed) == (sell.order_id, 2)
    assert (canceled.reason, canceled.detail) == ("operator", "It was a mistake.")
    entry = AuditEntry.objects.get(action="order.cancel")
    assert (entry.object_id, entry.reason) == (str(sell.order_id), "It was a mistake.")
    assert (entry.before, entry.after) == ({"remaining": 3, "quantity": 5}, {"executed": 2})


def test_what_does_not_rest_is_not_canceled(listed: Any, published: Any) -> None:
    with pytest.raises(ChangedMeanwhile):
        order_cancel(order_id=new_id(), by=BY, reason="a test")
    assert not published()
    assert not AuditEntry.objects.exists()


def test_the_pages(operator: Client, listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    first, second = order(instrument, "sell", 5, "430.00"), order(instrument, "sell", 5, "431.00")
    deliver(first)
    deliver(second)
    rows = list(RestingOrder.objects.order_by("rank"))
    page = operator.get(operation_address("cancel", *rows)).content.decode()
    assert "The customer reads the reason as it is written here." in page
    assert "$430.00" in page
    assert "$431.00" in page
    russian = operator.get(operation_address("cancel", *rows), headers={"Accept-Language": "ru"})
    assert "Клиент прочтёт причину" in russian.content.decode()

    assert confirm(operator, "cancel", *rows, reason="").status_code == 200  # it wants one
    assert confirm(operator, "cancel", *rows, reason="A mistake").status_code == 302

    assert [event.detail for event in published(market.OrderCanceledV2)] == ["A mistake"] * 2
    assert AuditEntry.objects.filter(action="order.cancel", reason="A mistake").count() == 2


def test_an_order_that_was_filled_meanwhile_is_shown_anew(
    operator: Client, listed: Any, deliver: Any, published: Any
) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 5, "430.00"))
    (row,) = RestingOrder.objects.all()
    address = operation_address("cancel", row)
    shown = seen(operator, address)
    deliver(order(instrument, "buy", 2, "430.00"))

    answer = operator.post(address, shown | {"reason": "a test"})

    assert str(ChangedMeanwhile.message) in answer.content.decode()
    deliver(order(instrument, "buy", 3, "430.00"))
    gone = operator.post(address, shown | {"reason": "a test"})
    assert gone.status_code == 302
    assert not published(market.OrderCanceledV2)


def test_the_book_and_the_executions_are_shown(operator: Client, listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL")
    alone(instrument)
    sell, buy = order(instrument, "sell", 1500, "430.00"), order(instrument, "buy", 1200, "430.00")
    deliver(sell)
    deliver(buy)

    page = operator.get(f"/admin/market/instruments/instrument/{instrument.pk}/change/").content.decode()
    assert "<td>$430.00</td><td>300</td><td>1</td>" in page
    for order_id, model, role in (
        (sell.order_id, "restingorder", "maker"),
        (buy.order_id, "venueorder", "taker"),
    ):
        listing = operator.get(f"/admin/market/venue/{model}/").content.decode()
        address = f"/admin/market/venue/{model}/{order_id}/change/"
        assert re.search(f'<a href="{address}">AAPL</a>', listing)
        russian = operator.get(address, headers={"Accept-Language": "ru"}).content.decode()
        assert "Инструмент:" in russian
        page = operator.get(address).content.decode()
        assert f"<td>1,200</td><td>$430.00</td><td>{role}</td>" in page
        other = buy.order_id if role == "maker" else sell.order_id
        assert f"/admin/trading/orders/order/{other}/change/" in page
