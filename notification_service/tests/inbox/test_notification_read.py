"""POST /api/v1/notifications/{id}/read."""

from __future__ import annotations

import pytest

from notification_service.inbox.models import Notification
from notification_service.tests.events import registered
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(deliver, user_id):
    deliver(registered(user_id))
    return f"/api/v1/notifications/{Notification.objects.get(user_id=user_id).id}/read"


def test_it_is_read(api, url, user_id):
    answer = api(user_id).post(url)

    assert answer.status_code == 200
    assert answer.json()["read"] is True
    assert answer.json()["read_at"]
    assert answer["Cache-Control"] == "no-store"
    assert api(user_id).get("/api/v1/notifications").json()["unread_count"] == 0


def test_twice_changes_nothing(api, url, user_id):
    first = api(user_id).post(url).json()
    second = api(user_id).post(url).json()

    assert second == first


def test_somebody_elses_does_not_exist(api, url, user_id):
    answer = api(new_id()).post(url)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert Notification.objects.get(user_id=user_id).read_at is None


def test_one_that_does_not_exist(api, user_id):
    assert api(user_id).post(f"/api/v1/notifications/{new_id()}/read").status_code == 404
    assert api(user_id).post("/api/v1/notifications/welcome/read").status_code == 404
