"""An operator corrects the books and the customer is told, with the reason."""

from __future__ import annotations

import pytest

from notification_service.tests.events import reversed_entry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "amount", "title", "body"),
    [
        (
            "en",
            -123_450,
            "Reversal on your account",
            "$1,234.50 was taken from your account. Your balance is $5.00. Reason: paid in twice",
        ),
        (
            "en",
            123_450,
            "Reversal on your account",
            "$1,234.50 was added to your account. Your balance is $5.00. Reason: paid in twice",
        ),
        (
            "ru",
            -123_450,
            "Отмена операции на вашем счёте",
            "Со счёта списано 1\xa0234,50\xa0$. На счёте 5,00\xa0$. Причина: paid in twice",
        ),
        (
            "ru",
            123_450,
            "Отмена операции на вашем счёте",
            "На счёт зачислено 1\xa0234,50\xa0$. На счёте 5,00\xa0$. Причина: paid in twice",
        ),
    ],
)
def test_the_amount_and_the_reason_are_notified(api, deliver, user_id, language, amount, title, body):
    deliver(reversed_entry(user_id, amount=amount, balance_after=500))

    answer = api(user_id, accept_language=language).get("/api/v1/notifications")

    (told,) = answer.json()["results"]
    assert (told["kind"], told["title"], told["body"]) == ("reversal_booked", title, body)


def test_a_percent_sign_in_a_reason_is_just_that(api, deliver, user_id):
    deliver(reversed_entry(user_id, reason="100% fee, %(amount)s <b>"))

    (told,) = api(user_id).get("/api/v1/notifications").json()["results"]

    assert told["body"].endswith("Reason: 100% fee, %(amount)s <b>")
