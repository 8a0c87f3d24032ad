"""A statement that is ready is told with its month, in words, in both languages."""

from __future__ import annotations

import pytest

from notification_service.delivery.models import Contact
from notification_service.inbox.models import Notification
from notification_service.preferences.models import Preferences
from notification_service.tests import events
from notification_service.transports.email import email_of
from notification_service.transports.message import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Statement for October 2026"), ("ru", "Выписка за октябрь 2026")]
)
def test_it_names_the_month(api, deliver, user_id, language, title):
    deliver(events.statement_ready(user_id))
    (told,) = api(user_id, accept_language=language).get("/api/v1/notifications").json()["results"]
    assert (told["kind"], told["title"]) == ("statement_ready", title)
    assert title.rpartition("Statement for ")[2].rpartition("за ")[2] in told["body"]


def test_its_mail_leads_to_the_statements(deliver, user_id, settings):
    deliver(events.registered(user_id))
    deliver(events.statement_ready(user_id))
    news = Notification.objects.get(kind="statement_ready")
    contact = Contact.objects.get()
    mail = email_of(Message(user_id, [news], contact, Preferences(user_id=user_id)))
    assert mail.subject == "Statement for October 2026"
    assert f"{settings.PUBLIC_URL}/statements" in mail.body
    assert "List-Unsubscribe" in mail.extra_headers
