"""Operators look at what was told to whom; nobody edits it."""

from __future__ import annotations

import pytest

from notification_service.inbox.models import Notification
from notification_service.tests.events import filled, registered

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/notifications/notification_inbox/notification/"


def test_an_operator_sees_them(deliver, operator, user_id):
    deliver(registered(user_id))
    deliver(filled(user_id))
    notification = Notification.objects.first()

    assert f"{user_id}" in operator.get(LIST).content.decode()
    assert operator.get(LIST, {"q": str(user_id), "read_at__isempty": "1"}).status_code == 200
    assert operator.get(f"{LIST}{notification.id}/change/").status_code == 200
    assert operator.get("/admin/notifications/delivery/contact/").status_code == 200


def test_but_changes_nothing(deliver, operator, user_id):
    deliver(registered(user_id))
    notification = Notification.objects.get(user_id=user_id)

    assert operator.post(f"{LIST}{notification.id}/change/", {"kind": "order_filled"}).status_code == 403
    assert operator.post(f"{LIST}{notification.id}/delete/", {"post": "yes"}).status_code == 403
    assert operator.post(f"{LIST}add/", {}).status_code == 403
    assert Notification.objects.get(user_id=user_id).kind == "welcome"
