"""A price that somebody waited for is reached, and they are told once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from notification_service.tests.events import alert_fired

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "terms", "title", "body"),
    [
        (
            "en", ("above", "1100.00000000", "1100.50000000"), "AAPL: $1,100.50",
            "AAPL rose to $1,100.50. You asked to be told at $1,100.00.",
        ),
        (
            "en", ("below", "90.00000000", "89.12500000"), "AAPL: $89.125",
            "AAPL fell to $89.125. You asked to be told at $90.00.",
        ),
        (
            "ru", ("above", "1100.00000000", "1100.50000000"), "AAPL: 1\xa0100,50\xa0$",
            "Цена AAPL поднялась до 1\xa0100,50\xa0$. Вы просили сообщить о 1\xa0100,00\xa0$.",
        ),
        (
            "ru", ("below", "90.00000000", "89.00000000"), "AAPL: 89,00\xa0$",
            "Цена AAPL опустилась до 89,00\xa0$. Вы просили сообщить о 90,00\xa0$.",
        ),
    ],
)  # fmt: skip
def test_it_is_told_once_in_the_readers_language(api, deliver, user_id, language, terms, title, body):
    direction, price, quote = terms
    event = alert_fired(user_id, direction=direction, price=Decimal(price), quote=Decimal(quote))
    for _ in range(2):
        deliver(event, id=event.alert_id)

    answer = api(user_id, accept_language=language).get("/api/v1/notifications")

    (told,) = answer.json()["results"]
    assert (told["kind"], told["title"], told["body"]) == ("price_alert", title, body)
