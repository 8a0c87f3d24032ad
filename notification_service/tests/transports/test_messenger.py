"""Messengers, by apprise, to a real receiver."""

from __future__ import annotations

import json
import sys

import pytest
from django.core.mail import EmailMessage

from notification_service.delivery.models import Delivery
from notification_service.preferences.models import Preferences
from notification_service.tests import events
from notification_service.tests.transports.test_webhook import make_due, receiver, status
from notification_service.transports.messenger import MessengerTransport
from notification_service.transports.sending import Sender

pytestmark = pytest.mark.django_db
pytest.importorskip("apprise")


def wants(user_id, url):
    chosen = {"deposit_booked": "messenger", "order_filled": "messenger"}
    return Preferences.objects.create(user_id=user_id, chosen=chosen, messenger_url=url)


def test_a_message_reaches_the_messenger(deliver, user_id, settings):
    settings.MESSENGERS = ("json",)
    with receiver(status(500)) as to:
        wants(user_id, f"json://127.0.0.1:{to.port}/x")
        deliver(events.deposited(user_id))
        Sender(MessengerTransport()).send_due()
        assert Delivery.objects.values_list("state", "reason").get() == (
            "pending", "the messenger did not take it",
        )  # fmt: skip
        make_due()
        Sender(MessengerTransport()).send_due()
    said = json.loads(to.got[-1][2])
    assert said["title"] == "Account topped up"
    assert "$1,234.50" in said["message"]
    assert Delivery.objects.get().state == "sent"


def test_fills_are_gathered(deliver_many, user_id, settings):
    settings.MESSENGERS = ("json",)
    with receiver() as to:
        wants(user_id, f"json://127.0.0.1:{to.port}/x")
        deliver_many([events.filled(user_id) for _ in range(3)])
        make_due()
        Sender(MessengerTransport()).send_due()
    assert [json.loads(body)["title"] for _, _, body in to.got] == ["3 fills of your orders"]


def test_what_is_not_offered_goes_nowhere(deliver, user_id):
    with receiver() as to:
        wants(user_id, f"json://127.0.0.1:{to.port}/x")
        deliver(events.deposited(user_id))
        Sender(MessengerTransport()).send_due()
    assert to.got == []
    assert Delivery.objects.get().state == "failed"


def test_mails_are_written_as_before(deliver, user_id, settings):
    settings.MESSENGERS = ("json",)
    with receiver() as to:
        wants(user_id, f"json://127.0.0.1:{to.port}/x")
        deliver(events.deposited(user_id))
        Sender(MessengerTransport()).send_due()
    assert "apprise.plugins.email" in sys.modules
    assert EmailMessage("Ваш аккаунт закрыт").message().as_bytes().count(b"Subject: =?utf-8?b?") == 1
