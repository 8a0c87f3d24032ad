"""One notification per event and channel, however often the event comes."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from notification_service.inbox.models import Kind, Notification
from notification_service.inbox.services import notification_create
from notification_service.inbox.texts import body_of, title_of
from notification_service.subscriptions import SUBSCRIPTIONS
from notification_service.tests import events
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("make", [events.registered, events.deposited, events.filled, events.rejected])
def test_an_event_delivered_twice_is_told_once(deliver, user_id, make):
    event, event_id = make(user_id), new_id()

    deliver(event, id=event_id)
    deliver(event, id=event_id)

    assert Notification.objects.filter(user_id=user_id).count() == 1


def test_the_unique_key_holds_without_the_inbox_too(user_id):
    def tell():
        try:
            notification_create(
                user_id=user_id, kind=Kind.WELCOME, source_event_id=source, params={"username": "anna"}
            )
        finally:
            connection.close()

    source = new_id()
    racers = [threading.Thread(target=tell) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()

    assert Notification.objects.filter(source_event_id=source).count() == 1


def test_every_kind_has_its_text(deliver, user_id):
    for make in (events.registered, events.deposited, events.filled, events.rejected, events.canceled):
        deliver(make(user_id))

    told = Notification.objects.filter(user_id=user_id)

    assert {notification.kind for notification in told} == set(Kind.values)
    assert all(title_of(n.kind, n.params) and body_of(n.kind, n.params) for n in told)
    assert len(SUBSCRIPTIONS) == len(Kind.values) + 1  # and ProfileChanged, which tells nothing
