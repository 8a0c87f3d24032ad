"""A hundred thousand deliveries wait: what is due is found by index, and so is all that follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notification_service.delivery.models import Delivery
from notification_service.delivery.services import (
    deliveries_claim,
    deliveries_claim_gathered,
    deliveries_postpone,
    deliveries_put_back,
    deliveries_sent,
    user_deliveries_wait,
)
from notification_service.kinds import Channel
from notification_service.tests import events
from servicekit.testing.plans import plans_of

pytestmark = pytest.mark.django_db

SEED = """
WITH users AS (SELECT array_agg(gen_random_uuid()) AS ids FROM generate_series(1, 300))
INSERT INTO delivery_delivery
    (notification_id, user_id, kind, channel, state, attempts, next_at, created_at, sent_at, reason)
SELECT gen_random_uuid(), ids[1 + n % 300], 'order_filled', CASE n % 2 WHEN 0 THEN 'email' ELSE 'webhook' END,
       CASE WHEN n > 100000 THEN 'sent' ELSE 'pending' END, 0, now() - n * interval '1 millisecond', now(),
       CASE WHEN n > 100000 THEN now() END, ''
FROM users, generate_series(1, 120000) AS n
"""


@pytest.fixture
def many():
    with connection.cursor() as cursor:
        cursor.execute(SEED)
        cursor.execute("ANALYZE delivery_delivery")
    return Delivery.objects.filter(state="pending", channel="email").first()


def test_a_hundred_thousand_that_wait_are_never_read_through(many):
    def steps():
        claimed = deliveries_claim(channel=Channel.EMAIL, limit=50)
        assert len(claimed) == 50
        ids, user = [each.id for each in claimed], claimed[0].user_id
        later = timezone.now() + timedelta(minutes=1)
        deliveries_claim_gathered(channel=Channel.EMAIL, user_ids=[user])
        deliveries_sent(ids=ids[:1])
        deliveries_postpone(ids=ids[1:2], until=later, reason="busy")
        deliveries_put_back(ids=ids[2:], until=later)
        user_deliveries_wait(user_id=user, channel=Channel.EMAIL, until=later)

    plans = [plan for plan in plans_of(steps) if "delivery_delivery" in plan.tables]
    assert len(plans) == 6
    for plan in plans:
        assert plan.indexes, plan.sql
        assert not plan.read_whole, plan.sql
    assert "delivery_due" in plans[0].indexes


def test_without_its_index_the_claim_is_seen_to_read_otherwise(many):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX delivery_due")
    plan, *_ = plans_of(lambda: deliveries_claim(channel=Channel.EMAIL, limit=50))
    assert "delivery_due" not in plan.indexes


def test_the_longest_due_come_first(many):
    first = Delivery.objects.filter(state="pending", channel="webhook").order_by("next_at").first()
    assert deliveries_claim(channel=Channel.WEBHOOK, limit=3)[0].id == first.id


def test_a_claimed_one_is_nobody_else_s(deliver, user_id):
    deliver(events.deposited(user_id))
    assert len(deliveries_claim(channel=Channel.EMAIL, limit=5)) == 1
    assert deliveries_claim(channel=Channel.EMAIL, limit=5) == []
    assert Delivery.objects.get().next_at > timezone.now() + timedelta(minutes=2)
