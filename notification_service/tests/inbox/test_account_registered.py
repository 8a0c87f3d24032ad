"""Somebody signs up and is welcomed."""

from __future__ import annotations

import pytest

from notification_service.delivery.models import Contact
from notification_service.inbox.models import Notification
from notification_service.tests.events import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_user_is_welcomed_by_name(api, deliver, user_id):
    deliver(registered(user_id, username="boris"))

    (welcome,) = api(user_id).get("/api/v1/notifications").json()["results"]

    assert welcome["kind"] == "welcome"
    assert welcome["title"] == "Welcome to Birzha"
    assert welcome["body"].startswith("Hello, boris!")
    assert welcome["order_id"] is None
    assert welcome["read"] is False
    assert welcome["read_at"] is None


def test_and_how_to_address_them_is_remembered(deliver, user_id):
    deliver(registered(user_id, email="b@example.com", locale="ru"))

    contact = Contact.objects.get(user_id=user_id)

    assert (contact.email, contact.locale, contact.display_name) == ("b@example.com", "ru", "anna")


def test_the_request_that_caused_it_stands_on_the_notification(deliver, user_id):
    deliver(registered(user_id), request_id="a-click")

    notification = Notification.objects.get(user_id=user_id)

    assert notification.request_id == "a-click"
    assert notification.channel == "in_app"
    assert notification.id.version == 7
