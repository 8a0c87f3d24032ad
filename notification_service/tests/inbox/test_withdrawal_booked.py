"""Money goes out and the user is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import withdrawn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "title", "body"),
    [
        ("en", "Money withdrawn", "$1,234.50 went out. Your balance is $500.50."),
        ("ru", "Деньги выведены", "Выведено 1\xa0234,50\xa0$. На счёте 500,50\xa0$."),
    ],
)
def test_amounts_are_written_for_the_readers_language(api, deliver, user_id, language, title, body):
    deliver(withdrawn(user_id))

    answer = api(user_id, accept_language=language).get("/api/v1/notifications")

    (told,) = answer.json()["results"]
    assert (told["kind"], told["title"], told["body"]) == ("withdrawal_booked", title, body)
