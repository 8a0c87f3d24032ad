"""Mails with a link: where they go, what they say, and that the link stands in the mail alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from notification_service.delivery.models import Contact, Delivery
from notification_service.inbox.models import Notification
from notification_service.preferences.models import Preferences
from notification_service.tests import events
from notification_service.tests.transports.servers import smtp_server
from notification_service.transports.email import EmailTransport
from notification_service.transports.sending import Sender
from servicekit.auth.links import link_token, link_token_read
from servicekit.contracts.user import LINK_PURPOSES
from servicekit.messaging.models import InboxEvent

pytestmark = pytest.mark.django_db

PAGES = {
    "confirm_email": "/confirm-email",
    "change_email": "/confirm-email",
    "reset_password": "/reset-password",
}


@pytest.fixture
def anna(deliver, user_id):
    """Somebody who has been welcomed already."""
    deliver(events.registered(user_id), sequence=1)
    Delivery.objects.all().delete()
    Notification.objects.all().delete()
    return user_id


def mailed(settings):
    with smtp_server(settings) as inbox:
        Sender(EmailTransport()).send_due()
    return inbox.mails


@pytest.mark.parametrize("purpose", LINK_PURPOSES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_mail_has_the_link_in_text_and_html(deliver, anna, settings, purpose, language):
    Contact.objects.update(locale=language)
    issued = events.link_issued(anna, purpose)
    deliver(issued)
    (mail,) = mailed(settings)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        page, token = re.search(r"(/confirm-email|/reset-password)#([\w=-]+)", body).groups()
        assert page == PAGES[purpose]
        assert link_token_read(token) == issued.link_id
    assert any("а" <= letter <= "я" for letter in mail["Subject"] + text) == (language == "ru")
    assert mail["List-Unsubscribe"] is None  # nobody can do without


def test_it_goes_to_the_new_address_and_of_others_to_the_account(deliver, anna, settings):
    deliver(events.link_issued(anna, "change_email", email="new@example.com"))
    deliver(events.link_issued(anna, "reset_password"))
    assert sorted(mail["To"] for mail in mailed(settings)) == ["anna@example.com", "new@example.com"]


def test_the_old_address_is_told_of_the_change(deliver, anna, settings):
    Contact.objects.update(email="new@example.com")
    deliver(events.noticed(anna, "email_changed", email="old@example.com"))
    (mail,) = mailed(settings)
    assert mail["To"] == "old@example.com"


def test_it_is_no_news_in_the_inbox(api, deliver, anna):
    deliver(events.link_issued(anna, "reset_password"))
    answer = api(anna).get("/api/v1/notifications").json()
    assert (answer["unread_count"], answer["results"]) == (0, [])


def test_nothing_kept_holds_the_token(deliver, anna, settings):
    issued = events.link_issued(anna, "reset_password")
    deliver(issued)
    mailed(settings)
    proof = link_token(issued.link_id)[24:]
    for model in (Notification, Delivery, InboxEvent):
        assert proof not in str(list(model.objects.values()))


def test_of_nobody_nothing_is_mailed(deliver, anna):
    deliver(events.link_issued(None, "reset_password"))
    assert not Delivery.objects.exists()


def test_one_that_has_expired_is_not_mailed_any_more(deliver, anna, settings):
    deliver(events.link_issued(anna, "reset_password", expires_at=timezone.now() - timedelta(seconds=1)))
    assert mailed(settings) == []
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("failed", "the link has expired")


def test_it_says_until_when_it_works(deliver, anna, settings):
    deliver(events.link_issued(anna, "reset_password", expires_at=datetime(2126, 3, 2, 12, 30, tzinfo=UTC)))
    (mail,) = mailed(settings)
    assert "until 2 March 2126, 12:30 UTC" in " ".join(mail.get_body(("plain",)).get_content().split())


def test_quiet_hours_hold_up_no_link(deliver, anna, settings):
    now = timezone.now()
    Preferences.objects.create(
        user_id=anna, quiet_from=time((now.hour - 2) % 24), quiet_until=time((now.hour + 2) % 24)
    )
    deliver(events.link_issued(anna, "reset_password"))
    assert len(mailed(settings)) == 1
