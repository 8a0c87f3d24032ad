"""What only the admin asks of a request, at the admin's addresses and nowhere else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from servicekit.auth.authentication import OPERATOR_COOKIE
from servicekit.ids import new_id
from servicekit.messaging.models import FailedEvent
from servicekit.testing.keys import access_token

pytestmark = pytest.mark.django_db

INDEX = "/admin/trading/"
EVENTS = "/admin/trading/messaging/failedevent/"


def browser(user_id: UUID, scope: str = "customer operator", **options: Any) -> Client:
    client = Client(**options)
    client.cookies[OPERATOR_COOKIE] = access_token(user_id, scope=scope)
    return client


def test_an_operators_cookie_opens_it_and_a_customers_does_not(user_id: UUID) -> None:
    assert browser(user_id, "customer").get(INDEX).status_code == 302
    assert not get_user_model().objects.exists()
    page = browser(user_id).get(INDEX)
    assert page.status_code == 200
    assert page.wsgi_request.user.get_username() == str(user_id)  # type: ignore[attr-defined]


def test_its_forms_want_their_token(user_id: UUID) -> None:
    FailedEvent.objects.create(event_id=new_id(), attempts=10, dead_at=timezone.now())
    client = browser(user_id, enforce_csrf_checks=True)
    assert client.get(EVENTS).status_code == 200
    form: dict[str, Any] = {"action": "drop", "_selected_action": [str(FailedEvent.objects.get().pk)]}
    refused = client.post(EVENTS, form, headers={"Accept": "text/html"})
    assert (refused.status_code, refused["Content-Type"]) == (403, "text/html; charset=utf-8")
    form["csrfmiddlewaretoken"] = client.cookies["birzha_trading_csrf"].value
    answer = client.post(EVENTS, form)
    assert answer.status_code == 302
    assert "The event will never take effect." in client.get(answer["Location"]).content.decode()
    assert client.post(answer["Location"], {"reason": "junk"}).status_code == 403


@pytest.mark.parametrize(
    "lookup", ["error__startswith", "envelope__contains", "attempts", "attempts__gte", "pk", "subject__regex"]
)
def test_a_list_is_narrowed_by_what_it_offers_alone(user_id: UUID, lookup: str) -> None:
    """Whether rows are shown would tell any column, letter by letter."""
    answer = browser(user_id).get(EVENTS, {lookup: "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{EVENTS}?e=1")


@pytest.mark.parametrize("lookup", ["type", "type__exact", "dead_at__isempty"])
def test_what_a_list_offers_narrows_it(user_id: UUID, lookup: str) -> None:
    assert browser(user_id).get(EVENTS, {lookup: "1"}).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Method not allowed"), ("ru", "Метод не поддерживается")]
)
def test_a_method_that_is_not_taken_is_a_page(user_id: UUID, language: str, words: str) -> None:
    address = f"{INDEX}jsi18n/"
    answer = browser(user_id).put(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert (answer.status_code, answer["Content-Type"]) == (405, "text/html; charset=utf-8")
    assert "GET" in answer["Allow"]
    assert words in answer.content.decode()
    assert browser(user_id).put(address).json()["code"] == "method_not_allowed"


def test_its_static_files() -> None:
    answer = Client().get("/admin/trading/static/admin/css/base.css")
    assert (answer.status_code, answer["Content-Type"]) == (200, 'text/css; charset="utf-8"')


@pytest.mark.parametrize("path", ["/nowhere", "/admin/trading", "/admin/tradings/", "/x/admin/trading/"])
def test_elsewhere_a_request_goes_past_it(user_id: UUID, path: str) -> None:
    answer = browser(user_id).get(path)
    assert answer.status_code == 404
    assert not hasattr(answer.wsgi_request, "user")
    assert not hasattr(answer.wsgi_request, "session")
    assert not get_user_model().objects.exists()


def test_an_api_answers_in_the_callers_language(api: Any) -> None:
    assert "Accept-Language" in api().get("/nowhere")["Vary"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_its_errors_are_pages_with_their_trace_id(user_id: UUID, language: str) -> None:
    headers = {"Accept": "text/html,*/*", "Accept-Language": language, "X-Request-Id": "trace-1"}
    client = browser(user_id, headers=headers, enforce_csrf_checks=True)
    client.get(EVENTS)
    token = client.cookies["birzha_trading_csrf"].value
    form = {"csrfmiddlewaretoken": token}
    large = {"data": {**form, "x": "x" * 1_100_000}}
    answers = {
        404: client.get("/admin/trading/nowhere/"),
        403: client.post(EVENTS, {}),
        413: client.post(EVENTS, urlencode(large["data"]), content_type="application/x-www-form-urlencoded"),
        400: client.post(EVENTS, "&".join(["a=b"] * 1500), content_type="application/x-www-form-urlencoded"),
    }
    assert [answer.status_code for answer in answers.values()] == list(answers)
    for answer in answers.values():
        page = answer.content.decode()
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert f'<html lang="{language}">' in page
        assert "trace-1" in page
        assert ("Номер обращения" in page) == (language == "ru")


def test_its_errors_are_documents_for_programs(user_id: UUID) -> None:
    answer = browser(user_id).get("/admin/trading/nowhere/", headers={"Accept": "*/*"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "query",
    [
        "first_failed_at__year=9999",
        "first_failed_at__year=-1",
        "type=%00",
        "type__regex=(",
        "dead_at__day=" + "9" * 30,
    ],
)
def test_a_list_that_cannot_be_filtered_so_says_so_and_shows_all(user_id: UUID, query: str) -> None:
    FailedEvent.objects.create(event_id=new_id(), attempts=10, dead_at=timezone.now())
    answer = browser(user_id).get(f"{EVENTS}?{query}", follow=True)
    assert answer.status_code == 200
    if answer.redirect_chain:
        assert "The filter in the address is not valid" in answer.content.decode()
