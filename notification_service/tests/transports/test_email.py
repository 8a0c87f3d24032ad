"""Mails, as a real SMTP server gets them; one that refuses, greylists or is away loses none, doubles none."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from notification_service.delivery.errors import DeliveryNotFailed
from notification_service.delivery.models import Contact, Delivery
from notification_service.delivery.services import delivery_retry
from notification_service.inbox.models import Notification
from notification_service.kinds import Channel, Kind
from notification_service.preferences.models import Preferences
from notification_service.preferences.unsubscribe import Unsubscription, unsubscribe_read
from notification_service.tests import events
from notification_service.tests.inbox.test_notifications_create import EVERYTHING
from notification_service.tests.transports.servers import dying_server, silent_server, smtp_server, use
from notification_service.transports.email import EmailTransport
from notification_service.transports.sending import ATTEMPTS, Sender
from servicekit.audit.actors import Actor
from servicekit.ids import new_id
from servicekit.testing.ports import free_port
from servicekit.testing.threads import at_once

pytestmark = pytest.mark.django_db


def sender():
    return Sender(EmailTransport())


def make_due(**which):
    """As if their time had come."""
    Delivery.objects.filter(state="pending", **which).update(next_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def anna(deliver, user_id):
    """Somebody who has been welcomed already."""
    deliver(events.registered(user_id), sequence=1)
    Delivery.objects.all().delete()
    return user_id


def test_a_mail_has_text_and_html_in_the_readers_language(deliver, anna, settings):
    Contact.objects.update(locale="ru")
    deliver(events.deposited(anna))
    with smtp_server(settings) as inbox:
        assert sender().send_due() == 1

    (mail,) = inbox.mails
    assert (mail["To"], mail["Subject"]) == ("anna@example.com", "Счёт пополнен")
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "1 234,50 $" in text.replace("\xa0", " ")
    assert '<html lang="ru">' in html
    assert "Счёт пополнен" in html
    assert mail["Auto-Submitted"] == "auto-generated"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.reason) == ("sent", 1, "")
    assert mail["Message-ID"].startswith(f"<{delivery.notification_id}@")


def test_what_a_value_holds_is_text_and_never_html(deliver, anna, settings):
    deliver(events.reversed_entry(anna, reason='<b onclick="x()">twice</b>'))
    with smtp_server(settings) as inbox:
        sender().send_due()
    html = inbox.mails[0].get_body(("html",)).get_content()
    assert "<b" not in html.partition("<body")[2].replace("<br", "")
    assert "&lt;b onclick=" in html


def test_one_click_unsubscribes(deliver, anna, settings):
    deliver(events.deposited(anna))
    with smtp_server(settings) as inbox:
        sender().send_due()
    (mail,) = inbox.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"\s*<(\S+)>", mail["List-Unsubscribe"])[1]
    assert f"<{link}>".encode() in inbox.raw[0]  # as it is, in no encoded words
    assert link in mail.get_body(("plain",)).get_content()
    (token,) = parse_qs(urlsplit(link).query)["token"]
    assert unsubscribe_read(token) == Unsubscription(anna, Kind.DEPOSIT_BOOKED, Channel.EMAIL)
    assert unsubscribe_read(token[:-1] + ("A" if token[-1] != "A" else "B")) is None


def test_of_ones_security_nobody_is_unsubscribed(deliver, anna, settings):
    deliver(events.noticed(anna))
    with smtp_server(settings) as inbox:
        sender().send_due()
    assert inbox.mails[0]["List-Unsubscribe"] is None


def test_many_fills_are_one_mail(deliver_many, anna, settings):
    deliver_many([events.filled(anna, quantity=number + 1) for number in range(60)])
    with smtp_server(settings) as inbox:
        assert sender().send_due() == 0  # they are being gathered
        make_due(id=Delivery.objects.order_by("id").first().id)
        sender().send_due()
        assert sender().send_due() == 0

    (mail,) = inbox.mails
    assert mail["Subject"] == "60 fills of your orders"
    text = mail.get_body(("plain",)).get_content()
    assert "Bought 1 unit" in text
    assert "Bought 50 units" in text
    assert "And 10 more" in text
    assert {d.state for d in Delivery.objects.all()} == {"sent"}


def test_fills_of_two_people_are_two_mails(deliver, anna, settings):
    other = new_id()
    deliver(events.registered(other, email="boris@example.com"), sequence=1)
    for user in (anna, anna, other):
        deliver(events.filled(user))
    make_due()
    with smtp_server(settings) as inbox:
        sender().send_due()
    assert sorted((m["To"], m["Subject"]) for m in inbox.mails) == [
        ("anna@example.com", "2 fills of your orders"),
        ("boris@example.com", "Order filled: AAPL"),
        ("boris@example.com", "Welcome to Birzha"),
    ]


def test_greylisted_it_is_tried_again(deliver, anna, settings):
    deliver(events.deposited(anna))
    with smtp_server(settings, "450 4.2.0 greylisted, come back later") as inbox:
        sender().send_due()
        waiting = Delivery.objects.get()
        assert (waiting.state, waiting.attempts) == ("pending", 1)
        assert "greylisted" in waiting.reason
        assert waiting.next_at > timezone.now()
        make_due()
        sender().send_due()
        assert len(inbox.mails) == 1
    assert Delivery.objects.get().state == "sent"


def test_refused_it_fails_with_the_servers_words_and_can_be_retried(deliver, anna, settings):
    deliver(events.deposited(anna))
    with smtp_server(settings, "550 5.1.1 no such user here") as inbox:
        sender().send_due()
        failed = Delivery.objects.get()
        assert (failed.state, failed.sent_at) == ("failed", None)
        assert "no such user here" in failed.reason
        delivery_retry(delivery=failed, by=Actor("an operator"), reason="they have an inbox now")
        with pytest.raises(DeliveryNotFailed):
            delivery_retry(delivery=failed, by=Actor("an operator"), reason="again")
        sender().send_due()
        assert len(inbox.mails) == 1


def test_it_is_given_up_after_so_many_attempts(deliver, anna, settings):
    deliver(events.deposited(anna))
    with smtp_server(settings, *["451 4.3.0 busy"] * ATTEMPTS):
        for _ in range(ATTEMPTS):
            make_due()
            sender().send_due()
    assert Delivery.objects.values_list("state", "attempts").get() == ("failed", ATTEMPTS)


@pytest.mark.parametrize("how", ["nobody listens", "hangs up", "421", "silent"])
def test_a_server_that_is_away_costs_no_attempt(deliver, anna, settings, how):
    for _ in range(3):
        deliver(events.deposited(anna))
    sending = sender()
    if how == "nobody listens":
        use(settings, free_port())
        sending.send_due()
    elif how == "silent":
        with silent_server(settings):
            sending.send_due()
    elif how == "421":
        with smtp_server(settings, "421 4.3.2 shutting down"):
            sending.send_due()
    else:
        with dying_server(settings, greeting=b"") as calls:
            sending.send_due()
            assert len(calls) == 1  # not once for each mail
    assert sending.pause_s > 0
    assert {(d.state, d.attempts) for d in Delivery.objects.all()} == {("pending", 0)}
    assert all(d.reason for d in Delivery.objects.all())
    with smtp_server(settings) as inbox:
        make_due()
        sending.send_due()
        assert len(inbox.mails) == 3
    assert sending.pause_s == 0


def test_a_server_that_dies_in_the_middle_costs_one_attempt(deliver, anna, settings):
    deliver(events.deposited(anna))
    with smtp_server(settings) as inbox:
        sending = sender()
        sending.transport._open()
        sending.transport._connection.connection.sock.shutdown(socket.SHUT_RDWR)
        sending.send_due()
        assert Delivery.objects.values_list("state", "attempts").get() == ("pending", 1)
        make_due()
        sending.send_due()
        assert len(inbox.mails) == 1


def test_one_persons_trouble_delays_nobody_else(deliver, anna, settings):
    other = new_id()
    deliver(events.registered(other, email="boris@example.com"), sequence=1)
    for _ in range(3):
        deliver(events.deposited(anna))
    Delivery.objects.filter(user_id=anna).update(next_at=timezone.now() - timedelta(hours=1))
    with smtp_server(settings, "450 greylisted") as inbox:
        sender().send_due()
        assert [m["To"] for m in inbox.mails] == ["boris@example.com"]
        assert inbox.asked == 2  # Anna's server was asked once for her three
    assert sorted(d.attempts for d in Delivery.objects.filter(user_id=anna)) == [0, 0, 1]
    assert not Delivery.objects.filter(user_id=anna, next_at__lt=timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
def test_two_senders_send_each_mail_once(deliver_many, anna, settings):
    deliver_many([events.deposited(anna) for _ in range(40)])
    with smtp_server(settings) as inbox:
        both = [Sender(EmailTransport()) for _ in range(2)]
        for one in both:
            one.transport.batch = 5
        assert at_once([lambda one=one: _drain(one) for one in both]) == [None, None]
    assert len(inbox.mails) == 40
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 40


def _drain(sending):
    while sending.send_due():
        pass
    sending.transport.finish()


def test_without_an_address_it_waits_for_one(deliver, user_id, settings):
    deliver(events.deposited(user_id))
    with smtp_server(settings) as inbox:
        sender().send_due()
        assert Delivery.objects.get().reason == "no e-mail address is known"
        deliver(events.registered(user_id), sequence=1)
        make_due()
        sender().send_due()
        assert sorted(m["Subject"] for m in inbox.mails) == ["Account topped up", "Welcome to Birzha"]


def test_a_statements_mail_leads_to_the_statements(deliver, anna, settings):
    deliver(events.statement_ready(anna))
    with smtp_server(settings) as inbox:
        sender().send_due()
    assert f"{settings.PUBLIC_URL}/statements" in inbox.mails[0].get_body(("plain",)).get_content()


def test_what_is_wanted_no_more_is_not_sent(deliver, anna, settings):
    deliver(events.deposited(anna))
    Preferences.objects.create(user_id=anna, chosen={"deposit_booked": ""})
    with smtp_server(settings) as inbox:
        sender().send_due()
    assert inbox.mails == []
    assert Delivery.objects.get().state == "failed"
    deliver(events.deposited(anna))
    assert Delivery.objects.count() == 1
    assert Notification.objects.filter(user_id=anna, kind="deposit_booked").count() == 2


def test_every_kind_makes_a_mail(deliver, anna, settings):
    Preferences.objects.create(user_id=anna, gather_s=0, chosen={"order_partly_filled": "email"})
    with smtp_server(settings) as inbox:
        for language in ("en", "ru"):
            Contact.objects.update(locale=language)
            for make_event in EVERYTHING:
                deliver(make_event(anna))
            sender().send_due()
    assert len(inbox.mails) == 2 * len(EVERYTHING) - 2  # both languages' two fills are one mail


def test_the_mailbox_folder_has_a_file_a_mail(deliver, anna, mailbox):
    deliver(events.deposited(anna))
    sender().send_due()
    Delivery.objects.update(state="pending", sent_at=None)  # as after a crash before it was marked
    make_due()
    sender().send_due()
    (file,) = mailbox.iterdir()
    assert file.stem == str(Delivery.objects.get().notification_id)
    assert b"Account topped up" in file.read_bytes()
