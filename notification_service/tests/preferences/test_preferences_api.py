"""What a user chooses is what is delivered; a link in a message stops one kind without signing in."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from notification_service.delivery.models import Delivery
from notification_service.kinds import Channel, Kind
from notification_service.preferences.models import Preferences
from notification_service.preferences.selectors import quiet_until
from notification_service.preferences.unsubscribe import Unsubscription, unsubscribe_token
from notification_service.tests import events
from notification_service.tests.transports.servers import smtp_server
from notification_service.transports.email import EmailTransport
from notification_service.transports.sending import Sender

pytestmark = pytest.mark.django_db

URL = "/api/v1/notification-preferences"
UNSUBSCRIBE = "/api/v1/notification-unsubscribe"


def test_who_chose_nothing_has_the_defaults(api, user_id):
    had = api(user_id).get(URL).json()
    assert set(had["channels"]) == set(Kind.values)
    assert had["channels"]["deposit_booked"] == ["email"]
    assert had["channels"]["order_partly_filled"] == []
    assert (had["quiet_from"], had["time_zone"], had["gather_s"]) == (None, "UTC", 60)
    assert had["webhook_secret"] == ""
    assert not Preferences.objects.exists()


def test_what_is_chosen_is_what_is_delivered(api, deliver, user_id):
    chosen = {
        "channels": {"order_filled": ["webhook", "email"], "deposit_booked": []},
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "time_zone": "Europe/Moscow",
        "gather_s": 0,
        "webhook_url": "https://example.org/hook",
    }
    answer = api(user_id).put(URL, chosen)
    assert answer.status_code == 200, answer.json()
    had = answer.json()
    assert had == api(user_id).get(URL).json()
    assert had["channels"]["order_filled"] == ["email", "webhook"]
    assert had["webhook_secret"].startswith("whsec_")
    assert (had["quiet_from"], had["quiet_until"]) == ("22:00", "07:30")

    for make in (events.filled, events.deposited, events.withdrawn):
        deliver(make(user_id))
    made = set(Delivery.objects.values_list("kind", "channel"))
    assert made == {("order_filled", "email"), ("order_filled", "webhook"), ("withdrawal_booked", "email")}

    again = api(user_id).put(URL, {}).json()
    assert again["channels"]["deposit_booked"] == ["email"]
    assert again["webhook_url"] == ""


def test_a_secret_is_kept_until_it_is_renewed(api, user_id):
    with_hook = {"webhook_url": "https://example.org/hook"}
    first = api(user_id).put(URL, with_hook).json()["webhook_secret"]
    assert api(user_id).put(URL, with_hook).json()["webhook_secret"] == first
    second = api(user_id).post(f"{URL}/webhook-secret").json()["webhook_secret"]
    assert second != first
    assert api(user_id).get(URL).json()["webhook_secret"] == second


def test_nobody_sees_or_changes_another_s(api, user_id):
    api(user_id).put(URL, {"gather_s": 5})
    from servicekit.ids import new_id

    assert api(new_id()).get(URL).json()["gather_s"] == 60


def test_mails_of_ones_security_cannot_be_left_out(api, deliver, user_id):
    saved = api(user_id).put(URL, {"channels": {"security_noticed": []}}).json()
    assert saved["channels"]["security_noticed"] == saved["always"]["security_noticed"] == ["email"]
    deliver(events.noticed(user_id))
    assert Delivery.objects.get().channel == "email"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("channels", {"nothing": []}, "invalid_choice"),
        ("channels", {"order_filled": ["pigeon"]}, "invalid_choice"),
        ("channels", {"order_filled": ["in_app"]}, "invalid_choice"),
        ("channels", {"order_filled": [{}]}, "invalid_choice"),
        ("channels", {"order_filled": "email"}, "invalid"),
        ("channels", [], "invalid"),
        ("quiet_from", "22:00", "quiet_hours_invalid"),
        ("quiet_until", "25:00", "invalid"),
        ("quiet_until", 7, "invalid"),
        ("time_zone", "Mars/Olympus", "time_zone_unknown"),
        ("gather_s", -1, "min_value"),
        ("gather_s", 86_401, "max_value"),
        ("webhook_url", "ftp://example.org", "webhook_url_invalid"),
        ("webhook_url", "https://anna:secret@example.org", "webhook_url_invalid"),
        ("webhook_url", "https://example.org:25/", "webhook_url_invalid"),
        ("webhook_url", "https://", "webhook_url_invalid"),
        ("webhook_url", "https://example.org/\r\nX: y", "webhook_url_invalid"),
        ("webhook_url", "https://[::1", "webhook_url_invalid"),
        ("messenger_url", "json://127.0.0.1/", "messenger_url_invalid"),
        ("messenger_url", "mailto://anna:secret@example.org", "messenger_url_invalid"),
        ("messenger_url", "tgram", "messenger_url_invalid"),
        ("webhook_secret", "mine", "read_only_field"),
        ("user_id", "mine", "unknown_field"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(api, user_id, field, value, code):
    answer = api(user_id).put(URL, {field: value})
    assert answer.status_code == 400, answer.json()
    assert answer.json()["errors"][0]["code"] in {code, "unknown_field"}
    assert not Preferences.objects.exists()


def test_a_link_stops_one_kind_over_one_channel(api, deliver, user_id):
    token = unsubscribe_token(Unsubscription(user_id, Kind.DEPOSIT_BOOKED, Channel.EMAIL))
    what = {"kind": "deposit_booked", "channel": "email"}
    looked_at = api().get(f"{UNSUBSCRIBE}?token={token}")
    assert (looked_at.status_code, looked_at.json()) == (200, what)
    assert not Preferences.objects.exists()
    for _ in range(2):  # a second click says the same
        answer = api().post(f"{UNSUBSCRIBE}?token={token}")
        assert (answer.status_code, answer.json()) == (200, what)
    deliver(events.deposited(user_id))
    deliver(events.withdrawn(user_id))
    assert [d.kind for d in Delivery.objects.all()] == ["withdrawal_booked"]


@pytest.mark.parametrize("token", ["", "x", "WyJ4Il0:1:x", "é"])
def test_what_is_no_link_of_ours_is_said(api, token):
    for answer in (api().get(f"{UNSUBSCRIBE}?token={token}"), api().post(f"{UNSUBSCRIBE}?token={token}")):
        assert (answer.status_code, answer.json()["code"]) == (404, "unsubscribe_link_invalid")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHT = {"quiet_from": time(22), "quiet_until": time(7, 30), "time_zone": "Europe/Moscow"}  # UTC+3


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T18:59", None),
        ("2026-03-02T19:00", "2026-03-03T04:30"),
        ("2026-03-02T23:00", "2026-03-03T04:30"),
        ("2026-03-03T04:29", "2026-03-03T04:30"),
        ("2026-03-03T04:30", None),
    ],
)
def test_quiet_hours_are_those_of_ones_own_clock(user_id, now, until):
    found = quiet_until(
        Preferences(user_id=user_id, **NIGHT), channel="email", kind="order_filled", now=at(now)
    )
    assert found == (until and at(until))


def test_the_clock_may_change_in_quiet_hours(user_id):
    berlin = Preferences(user_id=user_id, quiet_from=time(22), quiet_until=time(7), time_zone="Europe/Berlin")
    night = at("2026-03-28T22:00")  # an hour is left out of it
    assert quiet_until(berlin, channel="email", kind="welcome", now=night) == at("2026-03-29T05:00")


def test_programs_have_no_nights_and_security_waits_for_none(user_id):
    night, now = Preferences(user_id=user_id, **NIGHT), at("2026-03-02T23:00")
    assert quiet_until(night, channel="webhook", kind="order_filled", now=now) is None
    assert quiet_until(night, channel="email", kind="security_noticed", now=now) is None
    assert quiet_until(night, channel="messenger", kind="order_filled", now=now) is not None


def test_a_mail_waits_for_the_end_of_quiet_hours(deliver, user_id, settings):
    deliver(events.registered(user_id), sequence=1)
    now = timezone.now()
    start, end = ((now + timedelta(hours=hours)).time().replace(microsecond=0) for hours in (-1, 1))
    Preferences.objects.create(user_id=user_id, quiet_from=start, quiet_until=end)
    with smtp_server(settings) as inbox:
        Sender(EmailTransport()).send_due()
        waiting = Delivery.objects.get()
        assert (waiting.state, waiting.attempts, waiting.reason) == ("pending", 0, "quiet hours")
        assert now + timedelta(minutes=50) < waiting.next_at < now + timedelta(minutes=70)
        assert inbox.mails == []
        Preferences.objects.update(quiet_from=None, quiet_until=None)
        Delivery.objects.update(next_at=now)
        Sender(EmailTransport()).send_due()
        assert len(inbox.mails) == 1
