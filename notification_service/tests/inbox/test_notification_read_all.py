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


def test_what_came_after_the_shown_stays_unread(api, deliver, user_id):
    client = api(user_id)
    deliver(registered(user_id))
    deliver(deposited(user_id))
    shown = client.get("/api/v1/notifications").json()["results"]
    deliver(deposited(user_id))

    answer = client.post(URL, {"up_to": shown[0]["id"]})

    assert (answer.status_code, answer.json()) == (200, {"unread_count": 1})
    now = client.get("/api/v1/notifications").json()["results"]
    assert [one["read"] for one in now] == [False, True, True]
    assert client.post(URL, {"up_to": shown[-1]["id"]}).json() == {"unread_count": 1}
    assert client.post(URL).json() == {"unread_count": 0}


def test_two_of_one_moment_differ_by_their_ids(api, deliver, user_id):
    for _ in range(3):
        deliver(deposited(user_id))
    moment = Notification.objects.filter(user_id=user_id).first().created_at
    Notification.objects.filter(user_id=user_id).update(created_at=moment)
    middle = api(user_id).get("/api/v1/notifications").json()["results"][1]

    assert api(user_id).post(URL, {"up_to": middle["id"]}).json() == {"unread_count": 1}


@pytest.mark.parametrize(
    ("up_to", "status", "code"),
    [(str(new_id()), 404, "not_found"), ("x", 400, "validation_failed"), (5, 400, "validation_failed"),
     (None, 400, "validation_failed"), ([], 400, "validation_failed")],
)  # fmt: skip
def test_an_up_to_that_cannot_be(api, deliver, user_id, up_to, status, code):
    deliver(registered(user_id))
    answer = api(user_id).post(URL, {"up_to": up_to})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Notification.objects.filter(user_id=user_id, read_at=None).count() == 1


def test_up_to_somebody_elses_is_not_found(api, deliver, user_id):
    other = new_id()
    deliver(registered(other))
    deliver(registered(user_id))
    theirs = Notification.objects.get(user_id=other)
    assert api(user_id).post(URL, {"up_to": str(theirs.id)}).status_code == 404
    assert not Notification.objects.exclude(read_at=None).exists()
