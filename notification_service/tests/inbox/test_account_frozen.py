"""An account is frozen, or let go, and its owner is told."""

from __future__ import annotations

import pytest

from notification_service.tests.events import frozen, unfrozen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "make", "kind", "title", "body"),
    [
        (
            "en", frozen, "account_frozen", "Your account is frozen",
            "It is being checked. Your money is safe. Until then you cannot top up, withdraw or buy; you can "
            "still sell.",
        ),
        (
            "ru", frozen, "account_frozen", "Ваш счёт заморожен",
            "Он проверяется. Ваши деньги в сохранности. До окончания проверки нельзя пополнять счёт, "
            "выводить деньги и покупать; продавать можно.",
        ),
        (
            "en", unfrozen, "account_unfrozen", "Your account is no longer frozen",
            "You can top up, withdraw and buy again.",
        ),
        (
            "ru", unfrozen, "account_unfrozen", "Ваш счёт разморожен",
            "Снова можно пополнять счёт, выводить деньги и покупать.",
        ),
    ],
)  # fmt: skip
def test_it_is_told_in_the_readers_language(api, deliver, user_id, language, make, kind, title, body):
    event = make(user_id)
    for _ in range(2):
        deliver(event, id=event.freeze_id)

    (told,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]

    assert (told["kind"], told["title"], told["body"]) == (kind, title, body)
