"""Orders and positions of an exchange in another currency than the dollar."""

from __future__ import annotations

import pytest

from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("currency", ["RUB", "EUR"])
def test_an_order_its_position_and_the_totals_are_in_it(settings, world, currency):
    settings.HOME_CURRENCY = currency
    world.list_instrument(currency=currency)
    user_id = new_id()
    order = world.filled(user_id, quantity=10)
    client = world.api(user_id)

    shown = client.get(f"/api/v1/orders/{order.id}").json()
    assert (shown["currency"], shown["amount"], shown["fee"]) == (currency, "1000.00", "0.50")
    page = client.get("/api/v1/positions").json()
    assert page["totals"]["currency"] == currency
    assert {row["currency"] for row in page["results"]} == {currency}
    assert client.get("/api/v1/portfolio/history").json()["currency"] == currency


def test_a_refusal_says_amounts_in_it(settings, world):
    settings.HOME_CURRENCY = "RUB"
    world.list_instrument(currency="RUB")
    user_id = new_id()
    order = world.order(user_id)
    world.decline(order)
    for language, limit_text in (("en", "₽1,010.51"), ("ru", "1\xa0010,51\xa0₽")):
        shown = world.api(user_id, accept_language=language).get(f"/api/v1/orders/{order.id}").json()
        assert limit_text in shown["reject_reason"]["detail"]
