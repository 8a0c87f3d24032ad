"""POST /api/v1/notifications/read-all."""

from __future__ import annotations

import pytest

from notification_service.inbox.models import Notification
from notification_service.tests.events import deposited, registered
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/notifications/read-all"


def test_everything_of_mine_is_read_and_nothing_of_others(api, deliver, user_id):
    other = new_id()
    for owner in (user_id, other):
        deliver(registered(owner))
        deliver(deposited(owner))

    answer = api(user_id).post(URL)

    assert answer.status_code == 200
    assert answer.json() == {"unread_count": 0}
    assert answer["Cache-Control"] == "no-store"
    assert Notification.objects.filter(user_id=other, read_at=None).count() == 2


def test_what_was_read_before_keeps_its_time(api, deliver, user_id):
    deliver(registered(user_id))
    client = api(user_id)
    client.post(URL)
    read_at = Notification.objects.get(user_id=user_id).read_at

    client.post(URL)

    assert Notification.objects.get(user_id=user_id).read_at == read_at


def test_nobody_reads(api):
    assert api().post(URL).status_code == 401
