"""The admin sites are for staff only; what is for the machine's operator is not on the public port."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from compose.local.paths import ROOT
from compose.local.supervisor import Supervisor
from compose.system import SLUGS
from tests.e2e.people import Client, Person, wait
from tests.system import System, latest_action


def sign_in(system: System, username: str, password: str) -> tuple[httpx.Client, httpx.Response]:
    """A browser that tried the operators' sign-in form, and what it got."""
    browser = httpx.Client(base_url=system.url, timeout=60, verify=False)
    form = browser.get("/admin/users/login/")
    assert form.status_code == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
    return browser, browser.post("/admin/users/login/", data=fields, headers={"Origin": system.url})


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_is_sent_to_the_sign_in(system: System, slug: str) -> None:
    browser = httpx.Client(base_url=system.url, timeout=60, verify=False)
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
        answer = httpx.get(f"{system.url}/admin/{slug}/", headers=headers, verify=False, timeout=60)
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


def test_the_access_log_names_the_operator(system: System) -> None:
    operator = system.settings_of("operator")
    browser, _ = sign_in(system, operator["BIRZHA_OPERATOR_USERNAME"], operator["BIRZHA_OPERATOR_PASSWORD"])
    answers = [
        *(browser.get(f"/admin/{slug}/", headers={"Accept": "text/html"}) for slug in SLUGS),
        browser.get("/api/v1/orders", headers={"Accept": "text/html"}),
        browser.get("/admin/trading/nothing/here/"),
    ]
    named = [answer.headers["X-Operator"] for answer in answers]
    assert len(set(named)) == 1
    assert re.fullmatch(r"[0-9a-f-]{36}", named[0])
    ids = [answer.headers["X-Request-Id"] for answer in answers]

    def logged() -> list[str]:
        lines = (system.home.log / "gateway.log").read_text(encoding="utf-8").splitlines()[-2000:]
        rows = {row["request_id"]: row for row in (json.loads(line) for line in lines if line[:1] == "{")}
        return [rows.get(each, {}).get("operator", "") for each in ids]

    wait(lambda: logged() == named, "the access log does not name the operator")
    stranger = httpx.get(
        f"{system.url}/admin/trading/", headers={"X-Operator": named[0]}, verify=False, timeout=60
    )
    assert "X-Operator" not in stranger.headers


@pytest.mark.parametrize(("console", "output"), [("psql", "trading"), ("shell", "trading_service")])
def test_a_console_is_on_record(system: System, console: str, output: str) -> None:
    arguments = {
        "psql": ["-tAc", "SELECT current_database()"],
        "shell": ["-v0", "-c", "from django.conf import settings; print(settings.ROOT_URLCONF)"],
    }[console]
    done = subprocess.run(
        [sys.executable, "-m", "compose.local", console, "trading", *arguments],
        cwd=ROOT,
        env={"BIRZHA_HOME": str(system.home.root), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert output in done.stdout, done.stdout + done.stderr
    row = latest_action(system)
    assert (row["action"], row["object_id"], row["after"]) == (
        "console.open",
        "trading",
        {"console": console},
    )
    assert row["actor_name"].startswith("shell:")


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


@pytest.fixture(scope="module")
def operator(system: System) -> httpx.Client:
    """An operator's browser, signed in for every admin."""
    settings = system.settings_of("operator")
    browser, answer = sign_in(
        system, settings["BIRZHA_OPERATOR_USERNAME"], settings["BIRZHA_OPERATOR_PASSWORD"]
    )
    assert answer.status_code == 302
    browser.headers["Origin"] = system.url
    return browser


def confirm(operator: httpx.Client, address: str, **fields: str) -> httpx.Response:
    """Read the page of an operation and confirm what it shows."""
    page = operator.get(address)
    assert page.status_code == 200, page.text[:500]
    hidden = re.findall(r'name="(csrfmiddlewaretoken|seen-[^"]+)" value="([^"]+)"', page.text)
    return operator.post(address, data={**dict(hidden), **fields})


def rows(operator: httpx.Client, place: str, query: str) -> list[str]:
    """The ids of the rows that a list shows for a search, from their links."""
    page = operator.get(place, params={"q": query})
    assert page.status_code == 200
    return re.findall(rf'href="{re.escape(place)}([^/"]+)/change/', page.text)


def test_an_order_is_followed_through_every_admin(operator: httpx.Client, person: Person) -> None:
    """From the customer's name to the order, to its hold, entries, answer and news, and back."""
    order = person.buy("AAPL", 1)
    orders = "/admin/trading/orders/order/"
    for query in (order["id"], order["client_order_id"], person.name, person.id):
        assert order["id"] in rows(operator, orders, query), query
    page = operator.get(f"{orders}{order['id']}/change/").text
    assert f">{person.name}</a>" in page
    links = re.findall(r'<ul class="order-links">(.+?)</ul>', page, re.DOTALL)[0]
    places = re.findall(r'href="(/admin/[^"?]+)\?q=([^"]+)"', links)
    assert len(places) == 8
    for place, query in places:
        found = operator.get(place, params={"q": query.replace("%2F", "/")}).text
        assert "<tbody>" in found, place
        if "outboxevent" not in place:
            row = re.search(rf'href="({re.escape(place)}[^/"]+/change/)', found)
            back = operator.get(row[1]).text if row else found
            assert f"{orders}?q={order['id']}" in back or f"{orders}{order['id']}/change/" in back, place


def test_a_reversed_deposit_is_notified_to_the_customer(
    operator: httpx.Client, new_person: Callable[..., Person]
) -> None:
    """The operator sees it before; the customer reads why, in the news and in the history."""
    person = new_person(deposit="1234.50", locale="ru")
    entries = "/admin/billing/ledger/journalentry/"
    wait(lambda: rows(operator, entries, person.name), "billing does not know the name")
    (entry,) = rows(operator, entries, person.name)

    done = confirm(operator, f"{entries}operation/reverse/?id={entry}", reason="paid in twice")

    assert (done.status_code, done.headers["Location"]) == (302, f"{entries}{entry}/change/")
    assert person.cash()["balance"] == "0.00"
    (operation,) = person.get("/operations", type="reversal")["results"]
    assert (operation["amount"], operation["reason"]) == ("-1234.50", "paid in twice")
    news = wait(
        lambda: [row for row in person.get("/notifications")["results"] if row["kind"] == "reversal_booked"],
        "nothing was told of the reversal",
    )
    assert "paid in twice" in news[0]["body"]
    assert "списано\xa01\xa0234,50\xa0$" in news[0]["body"]
    trail = operator.get("/admin/billing/audit/auditentry/", params={"q": entry}).text
    assert "paid in twice" in trail
    again = operator.get(f"{entries}operation/reverse/?id={entry}").text
    assert "is already reversed" in again


def test_a_settlement_is_not_reversed(operator: httpx.Client, person: Person) -> None:
    order = person.buy("AAPL", 1)
    entries = "/admin/billing/ledger/journalentry/"
    (entry,) = rows(operator, entries, order["id"])
    before = person.everything()
    page = operator.get(f"{entries}operation/reverse/?id={entry}").text
    assert "leave the units where they are" in page
    confirm(operator, f"{entries}operation/reverse/?id={entry}", reason="try it")
    assert person.everything() == before


#: What the admins' operators write themselves.
ADDED_BY_OPERATORS = {
    "/admin/market/corporate_actions/corporateaction/add/",
    "/admin/notifications/news/news/add/",
}


def test_users_and_groups_are_added_nowhere(operator: httpx.Client) -> None:
    for slug in SLUGS:
        index = operator.get(f"/admin/{slug}/").text
        added = set(re.findall(rf'href="(/admin/{slug}/[^"]+/add/)"', index))
        assert added <= ADDED_BY_OPERATORS, slug
        for page in ("user", "group"):
            assert operator.get(f"/admin/{slug}/auth/{page}/add/").status_code == 404


def open_files(process: psutil.Process) -> set[str]:
    """The paths and pipes that a process has open, but for what it has closed between two looks."""
    found = set()
    for path in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(os.readlink(path))
    return found


def test_no_process_writes_a_log_past_supervisord(system: System) -> None:
    """What comes by its pipes is rotated by size; a file that it opened by itself would grow for ever."""
    supervisord = psutil.Process(Supervisor(system.home).pid())
    pipes = open_files(supervisord)
    looked_at = set()
    for process in supervisord.children(recursive=True):
        try:
            opened = open_files(process)
            out, err = (os.readlink(f"/proc/{process.pid}/fd/{number}") for number in (1, 2))
            name = process.name()
        except (OSError, psutil.NoSuchProcess):
            continue  # it has ended
        assert not [path for path in opened if path.startswith(str(system.home.log))], name
        assert out in pipes, f"{name} writes to {out}"
        assert err in pipes, f"{name} writes errors to {err}"
        looked_at.add(name)
    assert {"postgres", "envoy", "nginx"} <= looked_at
    assert len(looked_at) >= 5
