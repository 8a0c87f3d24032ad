"""An order ran out of time and the user is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import expired

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("fields", "language", "body"),
    [
        (
            {},
            "en",
            "The order to buy 5 units of AAPL expired. "
            "The order was not confirmed in time, so it was canceled.",
        ),
        (
            {"side": "sell", "quantity": 22},
            "ru",
            "Срок заявки на продажу 22 шт. AAPL истёк. Заявку не подтвердили вовремя, поэтому она отменена.",
        ),
        (
            {"side": "sell", "quantity": 1, "code": "day_ended"},
            "en",
            "The order to sell 1 unit of AAPL expired. The order's time in the book was over.",
        ),
        (
            {"code": "day_ended", "filled_quantity": 3},
            "ru",
            "Срок заявки на покупку 5 шт. AAPL истёк. Срок заявки в стакане закончился. "
            "До этого исполнено 3 шт.",
        ),
        (
            {"filled_quantity": 2},
            "en",
            "The order to buy 5 units of AAPL expired. "
            "The order was not confirmed in time, so it was canceled. "
            "2 units had been filled before that.",
        ),
        (
            {"filled_quantity": 1},
            "ru",
            "Срок заявки на покупку 5 шт. AAPL истёк. "
            "Заявку не подтвердили вовремя, поэтому она отменена. "
            "До этого исполнено 1 шт.",
        ),
    ],
)
def test_what_expired(api, deliver, user_id, fields, language, body):
    event = expired(user_id, **fields)
    deliver(event)

    answer = api(user_id, accept_language=language).get("/api/v1/notifications").json()

    (told,) = answer["results"]
    assert (told["kind"], told["body"], told["order_id"]) == ("order_expired", body, str(event.order_id))
    assert told["title"] == {"en": "Order expired", "ru": "Срок заявки истёк"}[language]
