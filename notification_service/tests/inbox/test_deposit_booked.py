"""Money comes in and the user is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import deposited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "title", "body"),
    [
        ("en", "Account topped up", "$1,234.50 was deposited. Your balance is $2,000,000.50."),
        (
            "ru",
            "Счёт пополнен",
            "Поступило 1\xa0234,50\xa0$. На счёте 2\xa0000\xa0000,50\xa0$.",
        ),
    ],
)
def test_amounts_are_written_for_the_readers_language(api, deliver, user_id, language, title, body):
    deliver(deposited(user_id, amount=123_450, balance_after=200_000_050))

    answer = api(user_id, accept_language=language).get("/api/v1/notifications")

    (told,) = answer.json()["results"]
    assert (told["kind"], told["title"], told["body"]) == ("deposit_booked", title, body)
