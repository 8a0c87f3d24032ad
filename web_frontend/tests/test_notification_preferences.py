"""/settings/notifications without JavaScript, and the page of a link to unsubscribe."""

from __future__ import annotations

import pytest
from django.test import Client

HAD = {
    "channels": {"order_filled": ["email"], "deposit_booked": [], "security_noticed": ["email"]},
    "quiet_from": "22:00",
    "quiet_until": "07:30",
    "time_zone": "Europe/Moscow",
    "gather_s": 60,
    "webhook_url": "https://example.org/hook",
    "webhook_secret": "whsec_c2VjcmV0",
    "messenger_url": "",
    "messengers": [],
    "always": {"security_noticed": ["email"]},
}
FORM = {
    "order_filled-webhook": "yes",
    "quiet_from": "23:00",
    "quiet_until": "08:00",
    "time_zone": "Asia/Almaty",
    "gather_s": "900",
    "webhook_url": "https://example.org/other",
}
URL = "/api/v1/notification-preferences"
PAGE = "/settings/notifications"
UNSUBSCRIBE = "POST /api/v1/notification-unsubscribe"


@pytest.fixture(autouse=True)
def _preferences(gateway):
    gateway.answer(f"GET {URL}", HAD)
    gateway.answer(f"PUT {URL}", HAD)


def test_the_page_shows_what_is_chosen(vera):
    page = vera.get(PAGE).content.decode()
    assert 'name="order_filled-email" value="yes" checked' in page
    assert 'name="order_filled-webhook" value="yes">' in page
    assert 'name="security_noticed-email" value="yes" checked disabled' in page
    assert 'value="22:00"' in page
    assert '<option value="Europe/Moscow" selected>' in page
    assert "whsec_c2VjcmV0" in page
    assert 'name="order_filled-messenger"' not in page  # none is offered here
    assert f'href="{PAGE}"' in vera.get("/notifications").content.decode()
    assert f'href="{PAGE}"' in vera.get("/settings").content.decode()


def test_what_is_ticked_is_saved(vera, gateway):
    answer = vera.post(PAGE, FORM)
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    (asked,) = gateway.requests_to(f"PUT {URL}")
    assert asked.body["channels"]["order_filled"] == ["webhook"]
    assert asked.body["channels"]["deposit_booked"] == []
    assert asked.body["channels"]["security_noticed"] == ["email"]
    assert {name: asked.body[name] for name in ("quiet_from", "quiet_until", "time_zone", "gather_s")} == {
        "quiet_from": "23:00", "quiet_until": "08:00", "time_zone": "Asia/Almaty", "gather_s": 900,
    }  # fmt: skip
    assert "The settings are saved." in vera.get(PAGE).content.decode()


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(vera, gateway):
    problem = {
        "code": "validation_failed",
        "detail": "Something is wrong.",
        "errors": [{"field": "webhook_url", "code": "webhook_url_invalid", "detail": "No such address."}],
    }
    gateway.answer(f"PUT {URL}", problem, 400)
    answer = vera.post(PAGE, FORM)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No such address." in page
    assert 'name="order_filled-webhook" value="yes" checked' in page
    assert "https://example.org/other" in page


@pytest.mark.parametrize(
    ("field", "value"), [("quiet_from", "late"), ("time_zone", "Mars"), ("gather_s", "x")]
)
def test_what_cannot_be_is_not_sent(vera, gateway, field, value):
    assert vera.post(PAGE, FORM | {field: value}).status_code == 422
    assert gateway.requests_to(f"PUT {URL}") == []


def test_messengers_are_offered_where_there_are_some(vera, gateway):
    gateway.answer(f"GET {URL}", HAD | {"messengers": ["slack", "tgram"]})
    page = vera.get(PAGE).content.decode()
    assert 'name="order_filled-messenger"' in page
    assert "Telegram (tgram://), Slack (slack://). For example: tgram://" in page
    gateway.answer(f"GET {URL}", HAD | {"messengers": ["ntfy"]})
    assert "ntfy://." in vera.get(PAGE).content.decode()
    russian = vera.get(PAGE, headers={"Accept-Language": "ru"}).content.decode()
    assert "Часовой пояс тихих часов" in russian


@pytest.mark.parametrize("had", [{}, {"webhook_url": "", "webhook_secret": ""}])
def test_the_secret_is_promised_where_it_is(vera, gateway, had):
    gateway.answer(f"GET {URL}", HAD | had)
    page = vera.get(PAGE).content.decode()
    assert ("the secret below" in page) == (not had)
    assert ("shown here once you save" in page) == bool(had)


def test_a_channel_without_an_address_is_said_at_the_address(vera, gateway):
    said = "without an address nothing is sent"
    assert said not in vera.get(PAGE).content.decode()
    chosen = {"channels": {"order_filled": ["webhook", "messenger"]}, "messengers": ["tgram"]}
    gateway.answer(f"GET {URL}", HAD | chosen)
    assert vera.get(PAGE).content.decode().count(said) == 1  # of the messenger
    gateway.answer(f"GET {URL}", HAD | chosen | {"webhook_url": ""})
    assert vera.get(PAGE).content.decode().count(said) == 2


def test_another_secret(vera, gateway):
    gateway.answer(f"POST {URL}/webhook-secret", HAD)
    assert vera.post(f"{PAGE}/webhook-secret")["Location"] == PAGE
    assert "The webhook has a new secret." in vera.get(PAGE).content.decode()


def test_when_the_service_is_away_it_is_said(vera, gateway):
    gateway.down(f"GET {URL}")
    assert vera.get(PAGE).status_code == 503


def test_it_is_for_those_who_are_signed_in(browser):
    assert browser.get(PAGE).status_code == 303


def test_looking_at_a_link_stops_nothing(browser, gateway):
    gateway.answer("GET /api/v1/notification-unsubscribe", {"kind": "deposit_booked", "channel": "email"})
    page = browser.get("/unsubscribe?token=abc").content.decode()
    assert "Stop sending “Account topped up” by: E-mail?" in page
    assert 'id="unsubscribe"' in page
    assert gateway.requests_to(UNSUBSCRIBE) == []


def test_a_link_can_be_used_while_nobody_says_what_it_stops(browser, gateway):
    gateway.down("GET /api/v1/notification-unsubscribe")
    page = browser.get("/unsubscribe?token=abc").content.decode()
    assert "Stop the messages of this kind?" in page
    assert 'id="unsubscribe"' in page


def test_a_mail_program_unsubscribes_with_one_click(gateway):
    """RFC 8058: a POST of a form with one field, without cookies."""
    gateway.answer(UNSUBSCRIBE, {"kind": "deposit_booked", "channel": "email"})
    program = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
    answer = program.post("/unsubscribe?token=abc", {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "“Account topped up” will not be sent any more by: E-mail." in answer.content.decode()
    (asked,) = gateway.requests_to(UNSUBSCRIBE)
    assert asked.query["token"] == "abc"


def test_a_link_that_is_none(browser, gateway):
    refused = {"code": "unsubscribe_link_invalid", "detail": "No."}
    for request in ("GET /api/v1/notification-unsubscribe", UNSUBSCRIBE):
        gateway.answer(request, refused, 404)
    for answer in (browser.get("/unsubscribe?token="), browser.post("/unsubscribe?token=")):
        assert answer.status_code == 404
        assert "This link is not valid." in answer.content.decode()
        assert 'id="unsubscribe"' not in answer.content.decode()
