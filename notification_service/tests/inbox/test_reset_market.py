"""After ``reset_market`` only what was told of the account itself is left."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from notification_service.inbox.models import Notification
from notification_service.tests import events
from servicekit.messaging.models import InboxEvent


@pytest.mark.django_db
def test_notifications_of_the_account_stay(deliver, user_id):
    for make in (events.registered, events.noticed, events.deposited, events.filled):
        deliver(make(user_id))

    call_command("reset_market", archive="/kept")

    kinds = Notification.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["security_noticed", "welcome"]
    assert {type_.partition(".")[0] for type_ in InboxEvent.objects.values_list("type", flat=True)} == {
        "user"
    }
