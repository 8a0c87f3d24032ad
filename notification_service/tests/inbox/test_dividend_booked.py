"""A dividend comes in and the user is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import dividend

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "quantity", "title", "body"),
    [
        (
            "en", 10, "Dividend of AAPL",
            "$1,234.50 came in for 10 units of AAPL, $0.2425 for each. Your balance is $5,000.00.",
        ),
        (
            "ru", 21, "Дивиденды AAPL",
            "Поступило 1\xa0234,50\xa0$ за 21 шт. AAPL, по 0,2425\xa0$ за штуку. "
            "На счёте 5\xa0000,00\xa0$.",
        ),
    ],
)  # fmt: skip
def test_it_is_notified_in_the_readers_language(api, deliver, user_id, language, quantity, title, body):
    event = dividend(user_id, quantity=quantity)
    for _ in range(2):
        deliver(event, id=event.allocation_id)

    answer = api(user_id, accept_language=language).get("/api/v1/notifications")

    (told,) = answer.json()["results"]
    assert (told["kind"], told["title"], told["body"]) == ("dividend_booked", title, body)
