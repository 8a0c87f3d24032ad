"""One notification per event and channel, however often the event comes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notification_service.inbox.models import Kind, Notification
from notification_service.inbox.services import NewNotification, notifications_create
from notification_service.inbox.texts import body_of, title_of
from notification_service.subscriptions import SUBSCRIPTIONS
from notification_service.tests import events
from servicekit.ids import new_id
from servicekit.testing.origins import some_origins
from servicekit.testing.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


EVERYTHING = (
    events.noticed,
    events.registered,
    events.deposited,
    events.withdrawn,
    events.reversed_entry,
    events.filled,
    events.part_filled,
    events.rejected,
    events.canceled,
    events.rest_canceled,
    events.expired,
    events.dividend,
    events.split,
    events.alert_fired,
    events.frozen,
    events.unfrozen,
    events.statement_ready,
)


@pytest.mark.parametrize("make", EVERYTHING)
def test_an_event_delivered_twice_is_notified_once(deliver, user_id, make):
    event, event_id = make(user_id), new_id()

    deliver(event, id=event_id)
    deliver(event, id=event_id)

    assert Notification.objects.filter(user_id=user_id).count() == 1


def test_the_unique_key_holds_without_the_inbox_too(user_id):
    notifications = [
        NewNotification(Kind.WELCOME, user_id, new_id(), {"username": "anna"}) for _ in range(20)
    ]
    at_once([lambda: notifications_create(notifications)] * 8)

    assert Notification.objects.filter(user_id=user_id).count() == 20


def test_one_fill_is_notified_once_whatever_event_it_comes_in(deliver, user_id):
    fill = new_id()
    for make in (events.filled, events.filled, events.part_filled):
        deliver(make(user_id, fill_id=fill, final=True))
    assert Notification.objects.filter(user_id=user_id).count() == 1


def test_a_batch_is_notified_to_each_user_in_its_order(deliver_many):
    users = [new_id() for _ in range(3)]
    sent = [events.filled(users[number % 3], quantity=number + 1) for number in range(12)]

    assert deliver_many(sent, request_id="a-click") == 12

    for place, user_id in enumerate(users):
        newest_first = Notification.objects.filter(user_id=user_id).order_by("-created_at", "-id")
        assert [n.params["quantity"] for n in newest_first] == [12 - (2 - place) - 3 * i for i in range(4)]
        assert {n.request_id for n in newest_first} == {"a-click"}
    told = Notification.objects.get(fill_id=sent[0].fill_id)
    assert (told.order_id, told.user_id) == (sent[0].order_id, users[0])


def test_what_was_notified_before_is_left_out_of_a_batch(deliver, deliver_many, user_id):
    first, second = events.filled(user_id), events.filled(user_id)
    deliver(first)

    assert deliver_many([first, second, events.rejected(user_id)]) == 3  # as events of their own

    assert Notification.objects.filter(user_id=user_id).count() == 3


def test_many_events_are_a_few_statements(deliver_many, user_id):
    def statements(count):
        with CaptureQueriesContext(connection) as queries:
            deliver_many([events.filled(user_id) for _ in range(count)])
        return len(queries)

    assert statements(100) == statements(1)


def test_each_notification_is_under_its_own_request(deliver_many, user_id):
    clicks = some_origins(8)
    sent = [make(user_id) for make in (events.filled, events.rejected) for _ in range(4)]
    deliver_many(sent, origins=clicks)
    told = Notification.objects.filter(user_id=user_id).values_list("order_id", "request_id")
    assert dict(told) == {e.order_id: click.request_id for e, click in zip(sent, clicks, strict=True)}


def test_two_hundred_fills_of_one_order_are_as_few(deliver_many, user_id):
    def statements(count):
        order_id = new_id()
        fills = [events.filled(user_id, order_id=order_id, quantity=n + 1) for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            deliver_many([(fill, place) for place, fill in enumerate(fills, 1)])
        told = Notification.objects.filter(order_id=order_id).order_by("id")
        assert [n.params["quantity"] for n in told] == list(range(1, count + 1))
        return len(queries)

    statements(1)
    assert statements(200) == statements(1)


def test_every_kind_has_its_text(deliver, user_id):
    for make in EVERYTHING:
        deliver(make(user_id))

    told = Notification.objects.filter(user_id=user_id)

    # news of an operator come of no event: tests/news
    assert {notification.kind for notification in told} | {Kind.OPERATOR_NEWS} == set(Kind.values)
    assert all(title_of(n.kind, n.params) and body_of(n.kind, n.params) for n in told)
    # OrderFilled and OrderFilledV2 are two kinds, OrderCanceled and OrderCanceledV2 one; so are
    # SecurityNoticed and LinkIssued
    told_alike = 2
    tell_nothing = 3  # ProfileChanged, SessionRevoked and AccountClosed
    of_no_event = 1
    assert len(SUBSCRIPTIONS) == len(Kind.values) - of_no_event + told_alike + tell_nothing
