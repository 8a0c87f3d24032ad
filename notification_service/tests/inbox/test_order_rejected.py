"""An order is rejected and the user is told why."""

from __future__ import annotations

import pytest

from notification_service.tests.events import rejected

pytestmark = pytest.mark.django_db(transaction=True)


def body(api, user_id, language="en"):
    (notification,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]
    assert notification["kind"] == "order_rejected"
    return notification["body"]


def test_no_money(api, deliver, user_id):
    deliver(rejected(user_id))

    assert body(api, user_id) == (
        "The order to buy 5 units of AAPL was rejected. The order needs $6,034.08, and $100.00 is available."
    )
    assert body(api, user_id, "ru") == (
        "Заявка на покупку 5 шт. AAPL отклонена. Для заявки нужно 6\xa0034,08\xa0$, а доступно 100,00\xa0$."
    )


@pytest.mark.parametrize(
    ("code", "limit", "value", "reason"),
    [
        ("insufficient_position", "3", "5", "3 can be sold; the order is for 5."),
        ("insufficient_quantity", "1200", "5000", "1,200 is offered at the moment; the order is for 5,000."),
        (
            "price_moved",
            "195.5",
            "197.1",
            "The price moved to $197.10, beyond this order's bound of $195.50.",
        ),
        ("instrument_halted", "open", "halted", "Trading in this instrument is halted."),
        ("quote_stale", "30", "95", "The latest price was 95 s old; at most 30 s is allowed."),
        ("insufficient_funds", "", "", "There is not enough money for the order."),
        ("insufficient_position", "", "", "You do not own as much as the order sells."),
        ("insufficient_quantity", "", "", "Less is offered at the moment than the order asks for."),
        ("price_moved", "", "", "The price moved beyond this order's bound."),
        (
            "account_frozen",
            "0.00 USD",
            "10.00 USD",
            "Your cash account is frozen while it is being checked. It takes no orders to buy until then.",
        ),
        ("something_new", "", "", "The exchange refused the order (something_new)."),
    ],
)
def test_each_reason_is_a_sentence(api, deliver, user_id, code, limit, value, reason):
    deliver(rejected(user_id, side="sell", quantity=1, code=code, limit=limit, value=value))

    assert body(api, user_id) == f"The order to sell 1 unit of AAPL was rejected. {reason}"


@pytest.mark.parametrize("code", ["insufficient_funds", "insufficient_position", "price_moved"])
def test_a_bound_that_is_no_number_is_shown_as_it_is(api, deliver, user_id, code):
    deliver(rejected(user_id, code=code, limit="all of it", value="more"))

    assert "all of it" in body(api, user_id)
