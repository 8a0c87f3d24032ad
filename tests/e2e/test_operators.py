"""The admin sites are for staff only; what is for the machine's operator is not on the public port."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.e2e.people import Client, Person
from tests.system import System

SLUGS = ("users", "market", "trading", "billing", "notifications")


def sign_in(system: System, username: str, password: str) -> tuple[httpx.Client, httpx.Response]:
    """A browser that tried the operators' sign-in form, and what it got."""
    browser = httpx.Client(base_url=system.url, timeout=30, verify=False)
    form = browser.get("/admin/users/login/")
    assert form.status_code == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
    return browser, browser.post("/admin/users/login/", data=fields, headers={"Origin": system.url})


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_is_sent_to_the_sign_in(system: System, slug: str) -> None:
    browser = httpx.Client(base_url=system.url, timeout=30, verify=False)
    answer = browser.get(f"/admin/{slug}/", follow_redirects=True)
    assert answer.url.path == "/admin/users/login/"
    assert answer.status_code == 200
    for path in ("logout/", "password_change/", "jsi18n/", "r/1/1/"):
        assert browser.get(f"/admin/{slug}/{path}").status_code in {302, 404}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_customers_token_opens_no_admin(system: System, person: Person, slug: str) -> None:
    access = person.tokens["access"]
    for headers in (
        {"Cookie": f"{system.cookie('operator')}={access}"},
        {"Authorization": f"Bearer {access}"},
    ):
        answer = httpx.get(f"{system.url}/admin/{slug}/", headers=headers, verify=False)
        assert answer.status_code in {302, 403}


def test_a_customer_cannot_sign_in_as_an_operator(system: System, person: Person) -> None:
    browser, answer = sign_in(system, person.name, person.password)
    assert answer.status_code == 200  # the form again, with its error
    assert not [name for name in browser.cookies if "operator" in name]
    assert browser.get("/admin/trading/").status_code == 302


def test_one_sign_in_serves_every_admin(system: System) -> None:
    operator = system.settings_of("operator")
    name, password = operator["BIRZHA_OPERATOR_USERNAME"], operator["BIRZHA_OPERATOR_PASSWORD"]
    browser, answer = sign_in(system, name, password)
    assert answer.status_code == 302
    cookie = next(
        line
        for line in answer.headers.get_list("set-cookie")
        if line.startswith(f"{system.cookie('operator')}=")
    )
    assert "httponly" in cookie.lower()
    assert "samesite=strict" in cookie.lower()
    for slug in SLUGS:
        index = browser.get(f"/admin/{slug}/")
        assert index.status_code == 200, slug
        for page in re.findall(rf'href="(/admin/{slug}/[a-z_]+/[a-z_]+/)"', index.text):
            assert browser.get(page).status_code == 200, page
        style = re.search(rf'href="(/admin/{slug}/static/[^"]+\.css)"', index.text)
        assert style
        assert browser.get(style[1]).status_code == 200


def test_operators_may_browse_the_api(system: System) -> None:
    operator = system.settings_of("operator")
    browser, _ = sign_in(system, operator["BIRZHA_OPERATOR_USERNAME"], operator["BIRZHA_OPERATOR_PASSWORD"])
    page = browser.get("/api/v1/orders", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    write = browser.post("/api/v1/deposits", json={"amount": "1.00"}, headers={"Idempotency-Key": "1"})
    assert write.status_code == 403  # without the CSRF token


@pytest.mark.parametrize(
    "path", ["/metrics", "/healthz", "/readyz", "/x/../metrics", "//healthz", "/%6detrics"]
)
def test_health_and_metrics_are_not_public(visitor: Client, path: str) -> None:
    answer = visitor.http.get(httpx.URL(visitor.url + path))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/config_dump", "/stats/prometheus", "/quitquitquit", "/server_info"])
def test_the_gateways_own_admin_is_not_public(visitor: Client, path: str) -> None:
    for method in ("GET", "POST"):
        assert visitor.http.request(method, path).status_code in {403, 404, 405}


def test_sockets_and_secrets_are_for_their_owner_only(system: System) -> None:
    for folder in (system.home.root, system.home.run, system.home.secrets, system.home.etc):
        assert folder.stat().st_mode & 0o077 == 0, folder
    secret = [path for path in system.home.secrets.rglob("*") if path.is_file()]
    assert secret
    for path in (*secret, *system.home.etc.glob("*.env")):
        assert path.stat().st_mode & 0o077 == 0, path
