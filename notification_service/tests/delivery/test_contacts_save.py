"""Delivery follows who a user is, in the order it was told and not in the order it arrives."""

from __future__ import annotations

import pytest

from notification_service.delivery.models import Contact
from notification_service.inbox.models import Notification
from notification_service.tests.events import registered
from servicekit.contracts import user
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


def changed(user_id, **fields):
    values = {"email": "new@example.com", "locale": "ru", "display_name": "Анна"}
    return user.ProfileChanged(user_id=user_id, **values | fields)


def test_a_changed_profile_is_followed(deliver, user_id):
    deliver(registered(user_id), sequence=1)
    deliver(changed(user_id), sequence=2)

    contact = Contact.objects.get(user_id=user_id)

    assert (contact.email, contact.locale, contact.display_name) == ("new@example.com", "ru", "Анна")
    assert Notification.objects.filter(user_id=user_id).count() == 1  # a change of profile tells nothing


def test_many_at_once(deliver, deliver_many):
    users = [new_id() for _ in range(5)]
    deliver(changed(users[0], email="newer@example.com"), sequence=9)

    deliver_many([(registered(one, email=f"{n}@example.com"), 1) for n, one in enumerate(users)])

    known = {contact.user_id: contact.email for contact in Contact.objects.filter(user_id__in=users)}
    assert [known[one] for one in users] == ["newer@example.com", *(f"{n}@example.com" for n in range(1, 5))]


def test_older_news_that_comes_late_changes_nothing(deliver, user_id):
    deliver(changed(user_id, email="newest@example.com"), sequence=3)
    deliver(changed(user_id, email="older@example.com"), sequence=2)
    deliver(registered(user_id), sequence=1)

    assert Contact.objects.get(user_id=user_id).email == "newest@example.com"
    assert Notification.objects.filter(user_id=user_id).count() == 1  # still welcomed
