"""Who dies between two steps of a delivery loses nothing, and sends one message twice at most."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notification_service.delivery.models import Delivery
from notification_service.tests import events
from notification_service.tests.transports.servers import smtp_server
from notification_service.transports import sending
from notification_service.transports.email import EmailTransport

pytestmark = pytest.mark.django_db


class Died(BaseException):
    """As by SIGKILL: nothing is finished on the way."""


@pytest.mark.parametrize(("point", "twice"), [("delivery.before_send", 0), ("delivery.after_send", 1)])
def test_who_dies_leaves_it_to_the_next(deliver, user_id, settings, monkeypatch, point, twice):
    def die(name):
        if name == point:
            raise Died

    deliver(events.registered(user_id), sequence=1)
    for _ in range(3):
        deliver(events.deposited(user_id))
    with smtp_server(settings) as inbox:
        with monkeypatch.context() as armed, pytest.raises(Died):
            armed.setattr(sending, "fault_point", die)
            sending.Sender(EmailTransport()).send_due()
        assert len(inbox.mails) == twice
        assert sending.Sender(EmailTransport()).send_due() == 0  # they are still the dead one's
        Delivery.objects.filter(state="pending").update(next_at=timezone.now() - timedelta(seconds=1))
        assert sending.Sender(EmailTransport()).send_due() == 4
    assert len(inbox.mails) == 4 + twice
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 4
    assert {delivery.state for delivery in Delivery.objects.all()} == {"sent"}
