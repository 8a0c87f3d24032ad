"""An operator's news: written, looked at, sent to everybody or to some, each once, or withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notification_service.delivery.models import Contact, Delivery
from notification_service.inbox.models import Notification
from notification_service.news.models import News
from notification_service.news.services import news_send
from notification_service.tests import events
from servicekit.audit.models import AuditEntry
from servicekit.ids import new_id
from servicekit.testing.admin import confirm, operation_address
from servicekit.testing.plans import plans_of

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/admin/notifications/news/news/add/"
TEXTS = {
    "title_en": "No trading on Friday",
    "title_ru": "В пятницу торгов нет",
    "body_en": "The exchange is closed.\nWe are back on Monday.",
    "body_ru": "Биржа закрыта.\nДо понедельника.",
}


@pytest.fixture
def readers(deliver):
    """Anna reads Russian, Boris English."""
    ids = {"anna": new_id(), "boris": new_id()}
    deliver(events.registered(ids["anna"], username="anna", locale="ru"), sequence=1)
    deliver(events.registered(ids["boris"], username="Boris"), sequence=1)
    return ids


def written(operator, audience="", **texts):
    answer = operator.post(ADD, {**TEXTS, **texts, "audience": audience})
    assert answer.status_code == 302, answer.content.decode()
    return News.objects.order_by("-id").first()


def begun():
    """A minute later."""
    News.objects.filter(state="released").update(begins_at=timezone.now() - timedelta(seconds=1))


def tell_all(limit=500):
    while news_send(limit=limit):
        pass


def told():
    return Notification.objects.filter(kind="operator_news")


def test_written_looked_at_and_sent(operator, readers, api):
    news = written(operator)
    assert not news_send()
    shown = operator.get(operation_address("send", news)).content.decode()
    for words in (*TEXTS.values(), "everybody"):
        assert words.partition("\n")[0] in shown

    confirm(operator, "send", news, reason="Holiday")
    assert not news_send()  # the minute in which it can be withdrawn
    begun()
    tell_all()

    for name, language, title, body in (
        ("anna", "ru", TEXTS["title_ru"], TEXTS["body_ru"]),
        ("boris", "en", TEXTS["title_en"], TEXTS["body_en"]),
    ):
        results = api(readers[name], accept_language=language).get("/api/v1/notifications").json()["results"]
        (got,) = [each for each in results if each["kind"] == "operator_news"]
        assert (got["title"], got["body"]) == (title, body)
    assert Delivery.objects.filter(kind="operator_news", channel="email").count() == 2
    news.refresh_from_db()
    assert (news.state, news.sent_count) == ("sent", 2)
    trail = AuditEntry.objects.filter(action__in=("news.write", "news.send")).order_by("id")
    assert list(trail.values_list("action", "reason")) == [("news.write", ""), ("news.send", "Holiday")]


def test_withdrawn_before_it_is_sent(operator, readers):
    news = written(operator)
    confirm(operator, "send", news, reason="Holiday")
    confirm(operator, "withdraw", news, reason="The wrong day")
    begun()
    tell_all()
    assert not told().exists()
    news.refresh_from_db()
    assert (news.state, news.sent_count) == ("withdrawn", 0)
    entry = AuditEntry.objects.get(action="news.withdraw")
    assert (entry.reason, entry.object_id) == ("The wrong day", str(news.id))
    for name in ("send", "withdraw"):
        assert "withdrawn" in operator.get(operation_address(name, news)).content.decode()


def test_withdrawn_in_the_middle_nobody_else_is_told(operator, readers):
    news = written(operator)
    confirm(operator, "send", news, reason="Holiday")
    begun()
    assert news_send(limit=1)
    confirm(operator, "withdraw", news, reason="Enough")
    tell_all()
    news.refresh_from_db()
    assert (news.state, news.sent_count, told().count()) == ("withdrawn", 1, 1)


def test_to_some_by_name(operator, readers):
    news = written(operator, audience="BORIS, boris")
    confirm(operator, "send", news, reason="For the class")
    begun()
    tell_all()
    assert list(told().values_list("user_id", flat=True)) == [readers["boris"]]


def test_a_name_that_nobody_has_is_said(operator, readers):
    answer = operator.post(ADD, {**TEXTS, "audience": "boris nobody-9"})
    assert answer.status_code == 200
    assert "There are no such users: nobody-9." in answer.content.decode()
    assert not News.objects.exists()


def test_each_is_told_once_however_often_it_is_tried(operator, readers):
    news = written(operator)
    confirm(operator, "send", news, reason="Holiday")
    begun()
    tell_all(limit=1)
    News.objects.update(state="released", sent_up_to=None)  # as if the first try had been lost
    tell_all(limit=1)
    assert told().count() == 2
    assert Delivery.objects.filter(kind="operator_news").count() == 2


def test_who_wants_no_such_mail_gets_none(operator, readers, api):
    api(readers["boris"]).put("/api/v1/notification-preferences", {"channels": {"operator_news": []}})
    news = written(operator)
    confirm(operator, "send", news, reason="Holiday")
    begun()
    tell_all()
    assert list(Delivery.objects.filter(kind="operator_news").values_list("user_id", flat=True)) == [
        readers["anna"]
    ]
    assert told().count() == 2


def test_the_next_readers_of_many_are_found_by_index(operator, readers):
    news = written(operator)
    confirm(operator, "send", news, reason="Holiday")
    begun()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_contact (user_id, email, locale, display_name, version, updated_at) "
            "SELECT gen_random_uuid(), '@', 'en', '', 1, now() FROM generate_series(1, 20000)"
        )
        cursor.execute("ANALYZE delivery_contact")
    middle = Contact.objects.order_by("user_id")[10_000].user_id
    News.objects.update(sent_up_to=middle, sent_count=10_000)
    plans = [plan for plan in plans_of(lambda: news_send(limit=50)) if "delivery_contact" in plan.tables]
    assert plans
    for plan in plans:
        assert "delivery_contact_pkey" in plan.indexes, plan.sql
