"""GET /api/v1/notifications."""

from __future__ import annotations

import pytest

from notification_service.inbox.models import Notification
from notification_service.tests.events import deposited, registered
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/notifications"


def test_an_empty_inbox(api, user_id):
    answer = api(user_id).get(URL)

    assert answer.status_code == 200
    assert answer.json() == {"unread_count": 0, "next": None, "previous": None, "results": []}
    assert answer["Cache-Control"] == "no-store"


def test_the_newest_first_and_only_ones_own(api, deliver, user_id):
    deliver(registered(user_id))
    deliver(deposited(user_id))
    deliver(registered(new_id()))

    page = api(user_id).get(URL).json()

    assert [told["kind"] for told in page["results"]] == ["deposit_booked", "welcome"]
    assert page["unread_count"] == 2
    assert set(page["results"][0]) == {
        *("id", "kind", "title", "body", "order_id", "read", "read_at", "created_at"),
    }


def test_pages_lose_and_repeat_nothing(api, deliver, user_id):
    for _ in range(5):
        deliver(deposited(user_id))
    client = api(user_id)

    seen, url = [], f"{URL}?page_size=2"
    while url:
        page = client.get(url).json()
        assert page["unread_count"] == 5
        seen += [told["id"] for told in page["results"]]
        url = page["next"]

    newest = Notification.objects.filter(user_id=user_id).order_by("-created_at", "-id")
    assert seen == [str(notification.id) for notification in newest]


@pytest.mark.parametrize(("unread", "kinds"), [("true", ["deposit_booked"]), ("false", ["welcome"])])
def test_only_the_unread_or_only_the_read(api, deliver, user_id, unread, kinds):
    deliver(registered(user_id))
    client = api(user_id)
    client.post(f"{URL}/read-all")
    deliver(deposited(user_id))

    page = client.get(URL, {"unread": unread}).json()

    assert [told["kind"] for told in page["results"]] == kinds
    assert page["unread_count"] == 1


@pytest.mark.parametrize("unread", ["perhaps", "yes", "1", "on", "True", "2", "\x00", "tru"])
def test_a_filter_that_is_neither_true_nor_false(api, user_id, unread):
    answer = api(user_id).get(URL, {"unread": unread})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "unread"
