"""Of a closed account nothing is known but that it was; its last mail still goes where it went before."""

from __future__ import annotations

from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.utils import timezone

from notification_service.closings.services import last_mails_forget
from notification_service.delivery.models import Contact, Delivery
from notification_service.inbox.models import Notification
from notification_service.preferences.models import Preferences
from notification_service.tests.events import deposited, noticed, registered
from notification_service.transports.email import EmailTransport
from notification_service.transports.sending import Sender
from servicekit.contracts import user
from servicekit.ids import new_id
from servicekit.people.models import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mailbox")]


def send_due() -> None:
    sender = Sender(EmailTransport())
    while sender.send_due():
        pass
    sender.transport.finish()


def close(deliver, user_id) -> None:
    deliver(noticed(user_id, "account_closed", "anna@example.com"))
    deliver(user.AccountClosed(user_id=user_id, closed_at=timezone.now()), sequence=5)


def test_everything_goes_but_the_last_mail(deliver, user_id, mailbox) -> None:
    deliver(registered(user_id, locale="ru"))
    deliver(deposited(user_id))
    Preferences.objects.create(
        user_id=user_id, webhook_url="https://example.org/hook", webhook_secret="whsec_x"
    )
    send_due()
    assert len(list(mailbox.iterdir())) == 2

    close(deliver, user_id)

    contact = Contact.objects.get(user_id=user_id)
    assert (contact.email, contact.display_name, contact.locale) == ("", "", "ru")
    assert not Preferences.objects.filter(user_id=user_id).exists()
    assert Person.objects.get(user_id=user_id).username == "anna"
    assert list(mailbox.iterdir()) == []
    send_due()
    (path,) = mailbox.iterdir()
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    assert (mail["To"], mail["Subject"]) == ("anna@example.com", "Ваш аккаунт закрыт")
    (left,) = Notification.objects.filter(user_id=user_id)
    assert left.params["notice"] == "account_closed"

    assert last_mails_forget() == 0  # it may still be on its way
    Contact.objects.filter(user_id=user_id).update(closed_at=timezone.now() - timedelta(days=2))
    assert last_mails_forget() == 1
    assert not Notification.objects.filter(user_id=user_id).exists()
    assert not Delivery.objects.filter(user_id=user_id).exists()
    assert list(mailbox.iterdir()) == []


def test_others_keep_what_is_theirs_and_late_news_brings_nothing_back(deliver, user_id) -> None:
    other = new_id()
    for each in (user_id, other):
        deliver(registered(each))
    close(deliver, user_id)
    deliver(
        user.ProfileChanged(user_id=user_id, email="anna@example.com", locale="en", display_name="Anna"),
        sequence=4,
    )
    assert Contact.objects.get(user_id=user_id).email == ""
    assert Contact.objects.get(user_id=other).email == "anna@example.com"
    assert Notification.objects.filter(user_id=other).count() == 1
