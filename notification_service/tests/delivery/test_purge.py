"""Old deliveries and old mails go; what is on its way, and every notification, stays."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from notification_service.delivery.models import Delivery, State
from notification_service.inbox.models import Notification
from notification_service.inbox.services import deliveries_purge
from notification_service.inbox.tasks import deliveries_purge as purge_deliveries
from notification_service.preferences.models import Preferences
from notification_service.tests import events
from notification_service.transports.tasks import mailbox_purge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def notified(deliver, user_id):
    """Four notifications, each by mail and by webhook: sent, failed, half on its way, on its way."""
    Preferences.objects.create(user_id=user_id, chosen={"deposit_booked": "email,webhook"})
    for _ in range(4):
        deliver(events.deposited(user_id))
    told = list(Notification.objects.order_by("id").values_list("id", flat=True))
    for notification_id, states in zip(
        told, (("sent", "sent"), ("sent", "failed"), ("sent", "pending"), ("pending",) * 2), strict=True
    ):
        for channel, state in zip(("email", "webhook"), states, strict=True):
            sent_at = timezone.now() if state == "sent" else None
            Delivery.objects.filter(notification_id=notification_id, channel=channel).update(
                state=state, sent_at=sent_at, attempts=1, reason="gone" if state == "failed" else ""
            )
    return told


def kept() -> set:
    return set(Delivery.objects.values_list("notification_id", flat=True))


def test_those_that_have_ended_go_and_the_notification_stays(notified, settings) -> None:
    assert purge_deliveries() == 0  # none is old
    assert kept() == set(notified)
    settings.DELIVERIES_KEPT_DAYS = -1
    assert purge_deliveries() == 2
    assert kept() == set(notified[2:])
    assert Delivery.objects.count() == 4
    over = Notification.objects.order_by("id").values_list("external_channels", flat=True)
    assert list(over) == ["", "", "email,webhook", "email,webhook"]  # as the deliveries that there are
    assert purge_deliveries() == 0


def test_it_goes_in_portions_past_what_is_on_its_way(notified) -> None:
    Delivery.objects.filter(notification_id=notified[0]).update(state=State.PENDING, sent_at=None)
    later = timezone.now() + timedelta(days=1)
    assert [deliveries_purge(before=later, limit=1) for _ in range(2)] == [1, 0]
    assert kept() == {notified[0], *notified[2:]}


def test_old_mails_of_the_folder_go(settings, tmp_path) -> None:
    settings.MAILBOX = str(tmp_path / "none yet")
    assert mailbox_purge() == 0
    settings.MAILBOX = str(tmp_path)
    (tmp_path / "folder").mkdir()
    old = (timezone.now() - timedelta(days=31)).timestamp()
    for name in ("new.eml", "old.eml", "left.1234"):
        (tmp_path / name).write_bytes(b"x")
        if name != "new.eml":
            os.utime(tmp_path / name, (old, old))
    assert mailbox_purge() == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "new.eml"]
