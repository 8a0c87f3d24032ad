"""/notifications: what one was told, reading it, and the unread count in the header."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from web_frontend.tests.gateway_double import GatewayDouble, recorded


def test_notifications_are_read_in_place(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    first = recorded("notifications")["results"][0]
    page = vera.get("/notifications").content.decode()
    assert first["title"] in page
    assert "Mark all as read" in page
    read = {**first, "read": True, "read_at": first["created_at"]}
    gateway.answer(f"POST /api/v1/notifications/{first['id']}/read", read)
    answer = vera.post(f"/notifications/{first['id']}/read", headers=htmx(f"news-{first['id']}"))
    assert answer["HX-Trigger"] == "notifications-read"
    assert "Mark as read" not in answer.content.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [("/notifications?cursor=cD0y", "/notifications?cursor=cD0y"), ("", "/notifications"),
     ("/orders", "/notifications")],
)  # fmt: skip
def test_without_javascript_one_stays_on_the_page_that_it_was_read_on(
    vera: Client, gateway: GatewayDouble, before: str, after: str
) -> None:
    first = recorded("notifications")["results"][0]
    gateway.answer(f"POST /api/v1/notifications/{first['id']}/read", first)
    headers = {"Referer": f"http://testserver{before}"} if before else {}
    assert vera.post(f"/notifications/{first['id']}/read", headers=headers)["Location"] == after


def test_all_that_was_shown_is_marked_read_and_nothing_newer(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/notifications", recorded("notifications", unread_count=2))
    gateway.answer("POST /api/v1/notifications/read-all", {"unread_count": 1})
    newest = recorded("notifications")["results"][0]["id"]
    assert f'name="up_to" value="{newest}"' in vera.get("/notifications").content.decode()
    assert vera.post("/notifications/read-all", {"up_to": newest})["Location"] == "/notifications"
    assert gateway.requests_to("POST /api/v1/notifications/read-all")[0].body == {"up_to": newest}


def test_an_older_page_offers_to_mark_nothing_above_it(vera: Client, gateway: GatewayDouble) -> None:
    older = recorded("notifications", unread_count=2, previous="http://x/api/v1/notifications?cursor=abc")
    gateway.answer("GET /api/v1/notifications", older)
    assert "Mark all as read" not in vera.get("/notifications?cursor=def").content.decode()


def test_the_header_counts_unread_in_words(vera: Client, gateway: GatewayDouble, htmx: Callable) -> None:
    gateway.answer("GET /api/v1/notifications", recorded("notifications", unread_count=3))
    assert vera.get("/notifications/unread", headers=htmx("unread")).content.decode().strip() == "3 unread"
    gateway.down("GET /api/v1/notifications")
    assert vera.get("/notifications/unread", headers=htmx("unread")).status_code == 204


def test_every_page_has_the_count_without_javascript(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/notifications", recorded("notifications", unread_count=3))
    for page in ("/portfolio", "/settings", "/nope"):
        assert ">3 unread<" in vera.get(page).content.decode()
    assert len(gateway.unread_requests) == 1, "it is kept for some seconds"
    gateway.answer("GET /api/v1/notifications", recorded("notifications", unread_count=0))
    gateway.answer("POST /api/v1/notifications/read-all", {"unread_count": 0})
    vera.post("/notifications/read-all", {"up_to": recorded("notifications")["results"][0]["id"]})
    page = vera.get("/portfolio").content.decode()
    assert "unread<" not in page
    assert "load, news" not in page
    assert len(gateway.unread_requests) == 2


def test_a_page_does_without_the_count_and_asks_for_it_later(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/notifications")
    assert 'hx-trigger="load, news' in vera.get("/settings").content.decode()


def test_one_page_waits_for_a_count_that_does_not_come(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/notifications")
    for page in ("/orders", "/cash", "/help"):
        assert "unread<" not in vera.get(page).content.decode()
    assert len(gateway.unread_requests) == 1, "the others do without, for some seconds"


def test_going_to_its_order_marks_it_read(vera: Client, gateway: GatewayDouble) -> None:
    first = next(row for row in recorded("notifications")["results"] if row["order_id"])
    unread = recorded("notifications", results=[{**first, "read_at": None}])
    gateway.answer("GET /api/v1/notifications", unread)
    gateway.answer(f"POST /api/v1/notifications/{first['id']}/read", first)
    address = f"/notifications/{first['id']}/open?order={first['order_id']}"
    assert f'href="{address}"' in vera.get("/notifications").content.decode()
    assert vera.get(address)["Location"] == f"/orders/{first['order_id']}"
    assert gateway.requests_to(f"POST /api/v1/notifications/{first['id']}/read")


def test_the_order_opens_though_nothing_can_be_marked(vera: Client, gateway: GatewayDouble) -> None:
    first = recorded("notifications")["results"][0]
    gateway.down(f"POST /api/v1/notifications/{first['id']}/read")
    order = "01a20468-8901-700d-a6fa-13444b9fc508"
    assert vera.get(f"/notifications/{first['id']}/open?order={order}")["Location"] == f"/orders/{order}"
    for strange in ("", "//evil.example", "x"):
        address = f"/notifications/{first['id']}/open?order={strange}"
        assert vera.get(address)["Location"] == "/notifications"
