"""A customer places so many orders a day; those that are rejected are fewer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from servicekit.api.models import IdempotentAnswer
from servicekit.ids import new_id
from servicekit.testing.sent import Sent
from servicekit.testing.threads import at_once
from trading_service.orders.models import DailyOrders, Order, OrderTransition

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(settings) -> None:
    """Six orders a day, three of them rejected."""
    settings.ORDERS_A_DAY, settings.REJECTED_ORDERS_A_DAY = 6, 3


@pytest.mark.parametrize(
    ("language", "words"), [("en", "daily limit of orders: 6."), ("ru", "лимит заявок: 6.")]
)
def test_one_more_than_the_quota_is_refused_and_leaves_nothing(
    aapl, world, user_id, few, published, language, words
) -> None:
    for number in range(6):
        assert world.post(user_id, key=f"key-{number}").status_code == 201
    published_before = len(published())
    client = world.api(user_id, idempotency_key="one-more")
    order = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 10}
    refused = client.post("/api/v1/orders", order, headers={"Accept-Language": language})
    assert (refused.status_code, refused.json()["code"]) == (429, "order_quota_exceeded")
    assert words in refused.json()["detail"]
    assert 0 < int(refused["Retry-After"]) <= 24 * 3600
    assert (Order.objects.count(), OrderTransition.objects.count(), len(published())) == (
        6,
        6,
        published_before,
    )
    assert not IdempotentAnswer.objects.filter(key="one-more").exists()
    assert DailyOrders.objects.get().placed == 6


def test_a_repeat_of_an_accepted_order_is_answered(aapl, world, user_id, few) -> None:
    first = world.post(user_id, key="key-0").json()
    for number in range(1, 6):
        world.post(user_id, key=f"key-{number}")
    again = world.post(user_id, key="key-0")
    assert (again.status_code, again.json()) == (201, first)
    assert again["Idempotency-Replayed"] == "true"


def test_who_has_no_money_is_stopped_sooner(aapl, world, user_id, few) -> None:
    """Billing declines each of them, some of them in one batch."""
    for _ in range(3):
        world.decline(world.order(user_id))
    refused = world.post(user_id)
    assert (refused.status_code, refused.json()["code"]) == (429, "order_quota_exceeded")
    assert "daily limit of rejected orders: 3." in refused.json()["detail"]


def test_what_is_rejected_at_once_counts_as_well(aapl, world, user_id, few) -> None:
    for _ in range(3):
        assert world.post(user_id, side="sell").json()["status"] == "rejected"
    assert world.post(user_id).status_code == 429


@pytest.fixture
def twenty(settings) -> None:
    """Twenty orders a day, ten of them rejected; so two and one more to sell what one holds."""
    settings.ORDERS_A_DAY, settings.REJECTED_ORDERS_A_DAY = 20, 10


def at_quota(user_id, **counts: int) -> None:
    """The customer's day so far."""
    DailyOrders.objects.filter(user_id=user_id).update(**counts)


def test_at_the_quota_one_can_still_sell_what_one_holds(aapl, world, user_id, twenty) -> None:
    world.filled(user_id, quantity=30)
    at_quota(user_id, placed=20)
    buy = world.post(user_id)
    assert (buy.status_code, "you can only sell what you own" in buy.json()["detail"]) == (429, True)
    for _ in range(2):
        assert world.post(user_id, side="sell").json()["status"] == "working"
    refused = world.post(user_id, side="sell")
    assert (refused.status_code, refused.json()["code"]) == (429, "order_quota_exceeded")
    assert "placed 2 more to sell" in refused.json()["detail"]


def test_at_the_quota_of_rejected_ones_too(aapl, world, user_id, twenty) -> None:
    world.filled(user_id, quantity=30)
    at_quota(user_id, rejected=10)
    assert world.post(user_id).status_code == 429
    assert world.post(user_id, side="sell").json()["status"] == "working"
    at_quota(user_id, rejected=11)
    assert world.post(user_id, side="sell").status_code == 429


@pytest.mark.parametrize("counts", [{"placed": 20}, {"rejected": 10}])
@pytest.mark.parametrize("order", [{"quantity": 20}, {"worst_price": "9999.00"}])
def test_a_sale_that_would_be_rejected_at_once_leaves_nothing_then(
    aapl, world, user_id, twenty, published, counts, order
) -> None:
    """More than what is held, or beyond its own bound."""
    world.filled(user_id, quantity=10)
    at_quota(user_id, **counts)
    before = Order.objects.count(), len(published())
    refused = world.post(user_id, side="sell", **{"quantity": 10, **order})
    assert (refused.status_code, refused.json()["code"]) == (429, "order_quota_exceeded")
    assert (Order.objects.count(), len(published())) == before


def test_what_is_filled_does_not_count_as_rejected(aapl, world, user_id, few) -> None:
    for _ in range(4):
        world.filled(user_id)
    assert world.post(user_id).status_code == 201
    daily = DailyOrders.objects.get()
    assert (daily.placed, daily.rejected) == (5, 0)


def test_a_refusal_for_another_reason_does_not_count(aapl, world, user_id, few) -> None:
    for _ in range(7):
        assert world.post(user_id, ticker="NOBODY").status_code == 400
    assert not DailyOrders.objects.exists()


def test_the_next_day_begins_anew_and_others_have_their_own(aapl, world, user_id, few) -> None:
    for _ in range(3):
        world.post(user_id, side="sell")
    assert world.post(user_id).status_code == 429
    assert world.post(new_id()).status_code == 201
    DailyOrders.objects.filter(user_id=user_id).update(day=F("day") - timedelta(days=1))
    assert world.post(user_id).status_code == 201
    daily = DailyOrders.objects.get(user_id=user_id)
    assert (daily.placed, daily.rejected) == (1, 0)


def test_an_order_takes_no_more_statements(aapl, world, user_id, few) -> None:
    """The quota is read with the instrument, and counted with the order."""
    world.post(user_id)
    with Sent() as sent:
        world.post(user_id)
    asking = [statement for statement in sent.statements if "orders_dailyorders" in statement]
    assert len(asking) == 2
    assert "reference_listedinstrument" in asking[0]
    assert "orders_ordertransition" in asking[1]


def test_operators_see_who_is_at_the_quota(aapl, world, user_id, few, operator) -> None:
    other = new_id()
    world.post(other)
    for _ in range(3):
        world.post(user_id, side="sell")
    page = operator.get("/admin/trading/orders/dailyorders/?at_quota=yes").content.decode()
    assert str(user_id) in page
    assert str(other) not in page


@pytest.mark.django_db(transaction=True)
def test_many_at_once_pass_by_no_more_than_a_service_has_threads(aapl, world, user_id, few) -> None:
    answers = at_once([lambda: world.post(user_id)] * 40, threads=4)
    accepted = sum(answer.status_code == 201 for answer in answers)
    assert 6 <= accepted <= 6 + 3
    assert {answer.status_code for answer in answers} == {201, 429}
    assert DailyOrders.objects.get().placed == accepted
