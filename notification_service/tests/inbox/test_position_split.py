"""A position is split and its holder is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import split

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "amount", "title", "body"),
    [
        (
            "en", 14_349, "Split of AAPL",
            "Units of AAPL: 1,001 before, 1,501 now (2 → 3). All open orders for it were canceled. "
            "For the fraction left over you were paid $143.49.",
        ),
        (
            "ru", 14_349, "Сплит AAPL",
            "AAPL: было 1\xa0001 шт., стало 1\xa0501 шт. (2 → 3). "
            "Все открытые заявки по инструменту отменены. "
            "За оставшуюся долю выплачено 143,49\xa0$.",
        ),
        (
            "en", 0, "Split of AAPL",
            "Units of AAPL: 1,001 before, 1,501 now (2 → 3). All open orders for it were canceled.",
        ),
    ],
)  # fmt: skip
def test_it_is_notified_in_the_readers_language(api, deliver, user_id, language, amount, title, body):
    event = split(user_id, amount=amount)
    for _ in range(2):
        deliver(event, id=event.allocation_id)

    answer = api(user_id, accept_language=language).get("/api/v1/notifications")

    (told,) = answer.json()["results"]
    assert (told["kind"], told["title"], told["body"]) == ("position_split", title, body)
