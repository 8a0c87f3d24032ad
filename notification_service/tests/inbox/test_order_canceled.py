"""An order is canceled and the user is notified."""

from __future__ import annotations

import pytest

from notification_service.tests.events import canceled, rest_canceled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("fields", "language", "body"),
    [
        ({}, "en", "The order to buy 5 units of AAPL was canceled."),
        ({"side": "sell", "quantity": 1}, "en", "The order to sell 1 unit of AAPL was canceled."),
        ({"side": "sell", "quantity": 22}, "ru", "Заявка на продажу 22 шт. AAPL отменена."),
        (
            {"filled_quantity": 2},
            "en",
            "The order to buy 5 units of AAPL was canceled. 2 units had been filled before that.",
        ),
        (
            {"filled_quantity": 1},
            "ru",
            "Заявка на покупку 5 шт. AAPL отменена. До этого исполнено 1 шт.",
        ),
    ],
)
def test_what_was_canceled(api, deliver, user_id, fields, language, body):
    deliver(canceled(user_id, **fields))

    answer = api(user_id, accept_language=language).get("/api/v1/notifications").json()

    (told,) = answer["results"]
    assert (told["kind"], told["body"]) == ("order_canceled", body)


@pytest.mark.parametrize(
    ("fields", "language", "body"),
    [
        ({}, "en", "The order to buy 5 units of AAPL was canceled."),
        (
            {"code": "unfilled", "filled_quantity": 2},
            "en",
            "The order to buy 5 units of AAPL was canceled. "
            "Nothing more was on offer within the order's bound. 2 units had been filled before that.",
        ),
        (
            {"code": "self_trade"},
            "ru",
            "Заявка на покупку 5 шт. AAPL отменена. "
            "Сделка была бы с вашей же заявкой, поэтому остаток этой заявки отменён.",
        ),
        (
            {"code": "corporate_action", "side": "sell"},
            "en",
            "The order to sell 5 units of AAPL was canceled. "
            "The units of this instrument were changed, so all open orders for it were canceled.",
        ),
        (
            {"code": "operator", "detail": "Listed at a wrong price"},
            "en",
            "The order to buy 5 units of AAPL was canceled. The exchange canceled the order. "
            "Reason: Listed at a wrong price",
        ),
        (
            {"code": "operator", "detail": "Listed at a wrong price", "filled_quantity": 1},
            "ru",
            "Заявка на покупку 5 шт. AAPL отменена. Заявку отменила биржа. "
            "До этого исполнено 1 шт. Причина: Listed at a wrong price",
        ),
    ],
)
def test_why_the_rest_of_an_order_was_canceled(api, deliver, user_id, fields, language, body):
    deliver(rest_canceled(user_id, **fields))

    answer = api(user_id, accept_language=language).get("/api/v1/notifications").json()

    (told,) = answer["results"]
    assert (told["kind"], told["body"]) == ("order_canceled", body)
