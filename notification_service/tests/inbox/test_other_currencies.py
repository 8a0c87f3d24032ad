"""What is told on an exchange in another currency than the dollar."""

from __future__ import annotations

import pytest

from notification_service.tests.events import deposited, rejected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("currency", "language", "said"),
    [
        ("RUB", "ru", "Поступило 1\xa0234,50\xa0₽."),
        ("RUB", "en", "₽1,234.50 was deposited."),
        ("EUR", "ru", "Поступило 1\xa0234,50\xa0€."),
        ("EUR", "en", "€1,234.50 was deposited."),
    ],
)
def test_amounts(api, deliver, user_id, settings, currency, language, said):
    settings.HOME_CURRENCY = currency
    deliver(deposited(user_id, amount=123_450, balance_after=123_450, currency=currency))
    (told,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]
    assert said in told["body"]


def test_a_price_whose_currency_the_event_does_not_say_is_in_that_of_the_exchange(
    api, deliver, user_id, settings
):
    settings.HOME_CURRENCY = "RUB"
    deliver(rejected(user_id, code="price_moved", limit="195.50", value="197.10"))
    (told,) = api(user_id, accept_language="ru").get("/api/v1/notifications").json()["results"]
    assert "197,10\xa0₽" in told["body"]
    assert "$" not in told["body"]
