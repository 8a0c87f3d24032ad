"""Operators see what is on its way, why something failed, and each mail as its reader does."""

from __future__ import annotations

import pytest

from notification_service.delivery.models import Delivery
from notification_service.tests import events
from notification_service.transports.email import EmailTransport
from notification_service.transports.sending import Sender
from servicekit.audit.models import AuditEntry
from servicekit.testing.admin import confirm

pytestmark = pytest.mark.django_db(transaction=True)

DELIVERIES = "/admin/notifications/delivery/delivery/"
MAILBOX = "/admin/notifications/transports/mail/"


@pytest.fixture
def failed(deliver, user_id):
    deliver(events.registered(user_id), sequence=1)
    Delivery.objects.update(state="failed", attempts=8, reason="550 no such user")
    return Delivery.objects.get()


def test_a_failed_one_is_tried_again(operator, failed):
    assert "550 no such user" in operator.get(DELIVERIES, {"state__exact": "failed"}).content.decode()
    page = operator.get(f"{DELIVERIES}{failed.id}/change/")
    assert "Try the delivery again" in page.content.decode()

    confirm(operator, "retry", failed, reason="They have an inbox now")

    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.reason) == ("pending", 0, "")
    entry = AuditEntry.objects.get(action="delivery.retry")
    assert (entry.reason, entry.object_id) == ("They have an inbox now", str(failed.id))


def test_what_has_not_failed_is_not_offered(operator, failed):
    Delivery.objects.update(state="pending")
    assert "Try the delivery again" not in operator.get(f"{DELIVERIES}{failed.id}/change/").content.decode()
    address = f"{DELIVERIES}operation/retry/?id={failed.id}"
    assert "has not failed" in operator.get(address).content.decode()


def test_the_mailbox_shows_a_mail_as_its_reader_sees_it(operator, deliver, user_id, mailbox):
    deliver(events.registered(user_id), sequence=1)
    assert "/change/" not in operator.get(MAILBOX).content.decode()
    Sender(EmailTransport()).send_due()
    mail = Delivery.objects.get()

    assert f"{MAILBOX}{mail.id}/change/" in operator.get(MAILBOX).content.decode()
    page = operator.get(f"{MAILBOX}{mail.id}/change/").content.decode()
    assert "Welcome to Birzha" in page
    assert "anna@example.com" in page
    assert "srcdoc=" in page
    assert "&lt;h1" in page  # the mail is in a frame of its own, where it can do nothing
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert MAILBOX in operator.get("/admin/notifications/").content.decode()

    (mailbox / f"{mail.notification_id}.eml").unlink()
    assert "no longer in the mailbox folder" in operator.get(f"{MAILBOX}{mail.id}/change/").content.decode()
    assert operator.get(f"{MAILBOX}999999/change/").status_code == 302


def test_whoever_reads_a_mail_with_a_link_leaves_a_row(operator, deliver, user_id, mailbox):
    deliver(events.registered(user_id), sequence=1)
    deliver(events.link_issued(user_id, "reset_password"))
    Sender(EmailTransport()).send_due()
    for mail in Delivery.objects.all():
        assert operator.get(f"{MAILBOX}{mail.id}/change/").status_code == 200
    entry = AuditEntry.objects.get()  # of the welcome there is none
    linked = Delivery.objects.get(kind="security_noticed")
    assert (entry.action, entry.object_id, entry.actor_id) == ("mail.read", str(linked.id), user_id)
    assert entry.after == {"user": str(user_id), "about": "reset_password"}
