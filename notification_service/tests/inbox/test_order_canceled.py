"""An order is taken back and the user is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import canceled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("fields", "language", "body"),
    [
        ({}, "en", "The order to buy 5 units of AAPL was canceled."),
        ({"side": "sell", "quantity": 1}, "en", "The order to sell 1 unit of AAPL was canceled."),
        ({"side": "sell", "quantity": 22}, "ru", "Заявка на продажу 22 единиц AAPL отменена."),
        (
            {"filled_quantity": 2},
            "en",
            "The order to buy 5 units of AAPL was canceled. 2 units had been filled before that.",
        ),
        (
            {"filled_quantity": 1},
            "ru",
            "Заявка на покупку 5 единиц AAPL отменена. До этого исполнена 1 единица.",
        ),
    ],
)
def test_what_was_canceled(api, deliver, user_id, fields, language, body):
    deliver(canceled(user_id, **fields))

    answer = api(user_id, accept_language=language).get("/api/v1/notifications").json()

    (told,) = answer["results"]
    assert (told["kind"], told["body"]) == ("order_canceled", body)
