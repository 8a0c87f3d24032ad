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
