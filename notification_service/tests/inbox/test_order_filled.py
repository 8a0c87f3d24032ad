"""An order is executed and the user is told what it cost or brought."""

from __future__ import annotations

from decimal import Decimal

import pytest

from notification_service.inbox.models import Notification
from notification_service.tests.events import filled, part_filled
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


def told(api, user_id, language="en"):
    (notification,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]
    return notification


def test_a_purchase(api, deliver, user_id):
    event = filled(user_id)
    deliver(event)

    notification = told(api, user_id)

    assert notification["kind"] == "order_filled"
    assert notification["title"] == "Order filled"
    assert notification["body"] == "Bought 5 units of AAPL at $1,194.27 for $5,971.35, fee $2.99."
    assert notification["order_id"] == str(event.order_id)


def test_a_sale_of_one(api, deliver, user_id):
    deliver(filled(user_id, side="sell", quantity=1, amount=119_427, fee=60))

    assert told(api, user_id)["body"] == "Sold 1 unit of AAPL at $1,194.27 for $1,194.27, fee $0.60."


@pytest.mark.parametrize(
    ("quantity", "start"),
    [
        (1, "Куплено 1 шт. AAPL по "),
        (1_104, "Куплено 1\xa0104 шт. AAPL по "),
    ],
)
def test_units_in_russian(api, deliver, user_id, quantity, start):
    deliver(filled(user_id, quantity=quantity))

    body = told(api, user_id, "ru")["body"]

    assert body == start + "1\xa0194,27\xa0$ на сумму 5\xa0971,35\xa0$, комиссия 2,99\xa0$."


def test_a_price_finer_than_a_cent_keeps_its_digits(api, deliver, user_id):
    deliver(filled(user_id, price=Decimal("1.0875")))

    assert " at $1.0875 for " in told(api, user_id)["body"]


def test_a_part_of_an_order_is_called_a_part(api, deliver, user_id):
    deliver(filled(user_id, final=False))

    assert (told(api, user_id)["kind"], told(api, user_id)["title"]) == (
        "order_partly_filled",
        "Order partly filled",
    )


@pytest.mark.parametrize(
    ("fields", "language", "body"),
    [
        (
            {},
            "en",
            "Bought 2 units of AAPL at $194.275 on average for $388.55, fee $0.20. Filled so far: 2 of 5.",
        ),
        (
            {},
            "ru",
            "Куплено 2 шт. AAPL по 194,275\xa0$ в среднем на сумму 388,55\xa0$, комиссия 0,20\xa0$. "
            "Всего исполнено: 2 из 5.",
        ),
        (
            {"side": "sell", "executions": [["1", "2", "2", "194.28", "maker", "customer"]]},
            "en",
            "Sold 2 units of AAPL at $194.275 for $388.55, fee $0.20. Filled so far: 2 of 5.",
        ),
        (
            {"final": True, "filled_quantity": 5, "remaining": 0, "hold_left": 0, "price": Decimal("100")},
            "en",
            "Bought 2 units of AAPL at $100.00 on average for $388.55, fee $0.20. "
            "That completes the order: 5 in all.",
        ),
        (
            {"final": True, "filled_quantity": 1_205, "remaining": 0, "hold_left": 0},
            "ru",
            "Куплено 2 шт. AAPL по 194,275\xa0$ в среднем на сумму 388,55\xa0$, комиссия 0,20\xa0$. "
            "Теперь заявка исполнена целиком: 1\xa0205.",
        ),
        (
            {"final": True, "filled_quantity": 2, "remaining": 0, "hold_left": 0},
            "en",
            "Bought 2 units of AAPL at $194.275 on average for $388.55, fee $0.20.",
        ),
    ],
)
def test_how_far_an_order_is_filled(api, deliver, user_id, fields, language, body):
    deliver(part_filled(user_id, **fields))

    assert told(api, user_id, language)["body"] == body


def test_what_one_transaction_executed_is_one_piece_of_news(deliver_many, user_id):
    """Two executions in one fill; the next fill is news of its own."""
    first, second = part_filled(user_id), part_filled(user_id)

    deliver_many([first, second])

    kinds = Notification.objects.filter(user_id=user_id).values_list("kind", "fill_id")
    assert set(kinds) == {("order_partly_filled", first.fill_id), ("order_partly_filled", second.fill_id)}


def test_one_fill_is_notified_once_whatever_event_it_comes_in(deliver, user_id):
    fill = new_id()
    deliver(filled(user_id, fill_id=fill), id=new_id())
    deliver(filled(user_id, fill_id=fill), id=new_id())

    assert Notification.objects.filter(user_id=user_id).count() == 1
