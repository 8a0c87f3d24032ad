"""What happened to somebody's way in is told, in both languages."""

from __future__ import annotations

import pytest

from notification_service.tests.events import noticed
from servicekit.contracts.user import NOTICES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_notice_has_its_words(api, deliver, user_id, notice, language):
    deliver(noticed(user_id, notice))
    client = api(user_id, accept_language=language)
    (told,) = client.get("/api/v1/notifications").json()["results"]
    assert told["kind"] == "security_noticed"
    assert told["order_id"] is None
    cyrillic = any("а" <= letter <= "я" for letter in told["title"] + told["body"])
    assert cyrillic == (language == "ru")


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "Firefox on Windows, address 192.0.2.7, 2 March 2026, 15:00 Europe/Moscow."),
        ("ru", "Firefox, Windows, адрес 192.0.2.7, 2 марта 2026, 15:00 Europe/Moscow."),
    ],
)
def test_a_new_device_is_named_with_the_time_of_its_owners_zone(api, deliver, user_id, language, body):
    deliver(noticed(user_id, "new_device"))
    (told,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]
    assert told["body"].startswith(body)
