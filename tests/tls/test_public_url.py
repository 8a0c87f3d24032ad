"""A customer's and an operator's day over https; every link is https, whatever the proxy says inside."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from compose.system import SLUGS
from servicekit.testing.waiting import wait
from tests.e2e.people import Person
from tests.tls.conftest import Public
from tests.tls.window import Window

PASSWORD = secrets.token_urlsafe(12)


@pytest.fixture(params=["as documented", "nothing forwarded", "inner host"])
def at(public: Public, request: Any) -> Iterator[Public]:
    """The public address, behind a proxy that says everything, or keeps to itself what it can."""
    public.proxy.keeps_host = request.param != "inner host"
    public.proxy.forwards = request.param == "as documented"
    public.proxy.visitor = f"203.0.113.{secrets.randbelow(250) + 1}"
    yield public
    public.proxy.keeps_host = public.proxy.forwards = True
    public.proxy.visitor = ""


def browser(public: Public) -> Window:
    return Window(public.url, certificate=public.certificate)


def set_cookies(window: Window) -> list[str]:
    """Every Set-Cookie of the page that is shown and of the redirects that led to it."""
    answers = [*window.page.history, window.page]
    return [line for answer in answers for line in answer.headers.get_list("set-cookie")]


def only_this_hosts(cookies: list[str]) -> None:
    """Each cookie can be set by this host only, and goes over https only."""
    assert cookies
    for line in cookies:
        assert line.startswith("__Host-birzha_"), line
        assert "secure" in line.lower(), line
        assert "path=/;" in line.lower() + ";", line
        assert "domain" not in line.lower(), line


def signed_up(at: Public) -> tuple[Window, str]:
    window, name = browser(at), f"tls-{secrets.token_hex(4)}"
    window.open("/sign-up")
    only_this_hosts(set_cookies(window))
    window.done("/sign-up", username=name, email=f"{name}@example.com", password=PASSWORD)
    only_this_hosts(set_cookies(window))
    assert window.page.url.scheme == "https"
    return window, name


def test_a_customers_day(at: Public) -> None:
    window, name = signed_up(at)
    window.open("/cash")
    wait(lambda: window.tops_up("1000", "1,000.00"), "the top-up is not booked")
    window.open(f"/instruments/AAPL?step=review&side=buy&quantity=1&key={uuid4()}")
    window.done("/orders")
    assert window.page.url.path.startswith("/orders/"), window.page.url
    window.done("/sign-out")
    window.open("/sign-in")
    window.done("/sign-in", username=name, password=PASSWORD)
    assert window.open("/portfolio").url.path == "/portfolio"
    for answer in window.page.history:
        assert "http://" not in answer.headers.get("location", "")


def test_an_operators_day(at: Public) -> None:
    operator = at.system.settings_of("operator")
    window = browser(at)
    window.open("/admin/trading/")
    assert window.page.url.path == "/admin/users/login/"
    window.done(
        "/admin/users/login/",
        username=operator["BIRZHA_OPERATOR_USERNAME"],
        password=operator["BIRZHA_OPERATOR_PASSWORD"],
    )
    only_this_hosts(set_cookies(window))
    assert window.page.url == f"{at.url}/admin/trading/"
    for slug in SLUGS:
        assert window.open(f"/admin/{slug}/").url.scheme == "https"
    halt_and_open(window)
    page = window.http.get("/api/v1/orders", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f"http://{urlsplit(at.url).netloc}" not in page.text
    window.open("/admin/users/")
    window.done("/admin/users/logout/")


def halt_and_open(window: Window) -> None:
    """An admin form that changes something, there and back."""
    for action, status in (("halt", "halted"), ("open", "open")):
        window.open("/admin/market/instruments/instrument/?q=AAPL")
        (pk,) = set(re.findall(r'name="_selected_action" value="([^"]+)"', window.page.text))
        names = re.findall(r'<option value="(\w+)"', window.page.text)
        (name,) = [each for each in names if each.startswith(action) or each.endswith(action)]
        window.done("/admin/market/instruments/instrument/", action=name, _selected_action=pk)
        assert window.page.url.scheme == "https"
        window.done(window.page.url.path, reason="a look at the forms")
        api = window.http.get("/api/v1/instruments/AAPL", headers={"Authorization": "", "Cookie": "fresh=1"})
        assert api.json()["status"] == status


def test_links_are_followed_over_https(at: Public) -> None:
    name = f"tls-{secrets.token_hex(4)}"
    window = browser(at)
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    created = window.http.post("/api/v1/users", json=body)
    assert created.status_code == 201, created.text
    assert httpx.URL(at.url).join(created.headers["location"]).scheme == "https"
    credentials = {"username": name, "password": PASSWORD}
    pair = window.http.post("/api/v1/auth/token", json=credentials).json()
    window.http.headers["Authorization"] = f"Bearer {pair['access']}"
    pages, address, seen = 0, "/api/v1/instruments?page_size=4", set()
    while address:
        page = window.http.get(address).json()
        seen |= {row["id"] for row in page["results"]}
        for link in filter(None, (page["next"], page["previous"])):
            assert link.startswith(f"{at.url}/api/v1/instruments"), link
        address, pages = page["next"], pages + 1
    assert pages > 2
    assert len(seen) == page["count"]
    wait(lambda: window.http.get("/api/v1/account").status_code == 200, "the account did not appear")
    for amount in ("1.00", "2.00", "3.00"):
        key = {"Idempotency-Key": secrets.token_hex(8)}
        sent = window.http.post("/api/v1/deposits", json={"amount": amount, "currency": "RUB"}, headers=key)
        assert sent.status_code == 201, sent.text
    first = window.http.get("/api/v1/operations?page_size=2").json()
    assert first["next"].startswith(f"{at.url}/api/v1/operations"), first["next"]
    assert len(window.http.get(first["next"]).json()["results"]) == 1
    problem = window.http.get("/api/v1/orders/nothing").json()
    assert problem["type"].startswith((at.url, "/")), problem


def test_no_inner_address_comes_out(at: Public) -> None:
    window = browser(at)
    port = f":{at.proxy.upstream}"
    for path in (
        "/",
        "/sign-in",
        "/api/docs/",
        "/nothing-here",
        *(f"/api/v1/{slug}/schema" for slug in SLUGS),
    ):
        answer = window.http.get(path)
        assert answer.headers["strict-transport-security"]
        for where in (json.dumps(dict(answer.headers)), answer.text):
            assert port not in where, path
            assert f"http://{urlsplit(at.url).netloc}" not in where, path


def test_the_machine_itself_goes_by_its_own_address(public: Public) -> None:
    assert public.system.url.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=public.system.url, timeout=60) as http:
        assert http.get("/").status_code == 200
        assert http.get("/api/v1/instruments").status_code == 200
    person = Person(public.system.url)
    person.deposit("5.00")
    public.system.run("compose.demo").check_returncode()
    public.system.check()
