"""Every parameter, field, header and cookie of every route, given the extremes of its type: never a 5xx.

The routes are not listed here: the API's come from each service's OpenAPI document, the pages' and the
admins' from their own urlconfs, so that a new one is tried without anybody's remembering it.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from compose.local.paths import ROOT
from tests.e2e.people import Person
from tests.e2e.test_operators import sign_in
from tests.e2e.test_schemas import ENDPOINTS, document_of, operations_of
from tests.security import extremes
from tests.security.extremes import quoted, shown
from tests.security.prober import Probe, complaints
from tests.system import System

PACKAGES = {
    "users": "user_service",
    "market": "market_service",
    "trading": "trading_service",
    "billing": "billing_service",
    "notifications": "notification_service",
}
#: How a list of the admin is asked by a column, by the column's kind: lookup and value.
LOOKUPS: dict[str, list[tuple[str, str]]] = {
    "DateTimeField": [
        ("__year", "9999"), ("__year", "-1"), ("__year", "9" * 30), ("__iso_year", "10000"),
        ("__day", "9" * 30), ("__date", "0001-01-01"),
        ("__gte", "9999-12-31"), ("__range", "9999-12-31"), ("", "\x00"),
    ],
    "DateField": [("__year", "9999"), ("__gte", "9999-12-31"), ("", "\x00")],
    "UUIDField": [("", "NaN"), ("__in", "\x00")],
    "CharField": [("__regex", "("), ("", "\x00"), ("__in", "\ud800")],
    "TextField": [("__regex", "("), ("", "\x00")],
    "BooleanField": [("", "\x00"), ("__isnull", "9" * 30)],
    "JSONField": [("__contains", "\x00"), ("__a__b", "{")],
}  # fmt: skip
NUMERIC = [("", "9" * 30), ("__in", "9223372036854775808"), ("", "NaN")]
#: Tables that every service has alike, of the same code: tried in one service.
ALIKE = ("/messaging/", "/servicekit_auth/", "/auth/")
ID = "0190f5fe-7c00-7a00-8000-000000000000"

pytestmark = pytest.mark.timeout(600)


def addresses_of(system: System, package: str) -> dict[str, Any]:
    """What ``tests.security.addresses`` prints of a package."""
    variables = os.environ | {"BIRZHA_HOME": str(system.home.root)}
    result = subprocess.run(
        [sys.executable, "-m", "tests.security.addresses", package],
        cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def assert_none(lines: list[str]) -> None:
    assert not lines, f"{len(lines)} answers are not as promised:\n" + "\n".join(lines[:200])


# ── The API ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slug", ENDPOINTS)
def test_the_api(new_person: Callable[..., Person], slug: str) -> None:
    person = new_person()  # of its own: wrong passwords without end lock it for a while
    document = document_of(person, slug)
    probes: list[Probe] = []
    for name, operation in operations_of(document).items():
        method, path = name.split(" ", 1)
        if path.endswith("/logout"):
            continue  # nobody would be signed in for the rest
        parameters = [_resolved(document, part) for part in operation.get("parameters", [])]
        probes += _by_query(method, path, parameters)
        probes += _by_path(method, path)
        probes += _by_headers(method, _filled(path), parameters)
        if body := operation.get("requestBody"):
            schema = _resolved(document, body["content"]["application/json"]["schema"])
            probes += _by_body(document, method, _filled(path), schema)
    assert len(probes) > 100
    assert_none(complaints(person.http, probes))


def _by_query(method: str, path: str, parameters: list[dict[str, Any]]) -> Iterator[Probe]:
    names = [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
    for name in [*names, "surprise"]:
        for value in extremes.ALL if name in names else extremes.TEXTS:
            query = f"{name}={quoted(value)}"
            yield Probe(f"{path}?{name}={shown(value)}", method, f"{_filled(path)}?{query}", **_sent(method))
        for first, second in (("1", ""), ("", "9999-12-31"), ("\x00", "1")):
            query = f"{name}={quoted(first)}&{name}={quoted(second)}&{name}[]=1"
            yield Probe(f"{path}?{query}", method, f"{_filled(path)}?{query}", **_sent(method))


def _by_path(method: str, path: str) -> Iterator[Probe]:
    for place in re.findall(r"{\w+}", path):
        for value in extremes.ALL:
            address = _filled(path.replace(place, quoted(value)))
            yield Probe(f"{path} {shown(value)}", method, address, **_sent(method))


def _by_headers(method: str, address: str, parameters: list[dict[str, Any]]) -> Iterator[Probe]:
    named = [parameter["name"] for parameter in parameters if parameter["in"] == "header"]
    for name in {*named, "Idempotency-Key", "Accept", "Accept-Language"}:
        for value in (
            "",
            " ",
            "x" * 129,
            "x" * 3000,
            "\xff",
            "é",
            "*/*;q=NaN",
            "en;q=1e400",
            "ru-" * 300,
            ",",
        ):
            yield Probe(f"{address} {name}: {value[:40]!r}", method, address, **_sent(method, {name: value}))


def _by_body(document: Any, method: str, address: str, schema: dict[str, Any]) -> Iterator[Probe]:
    fields = {name: _resolved(document, part) for name, part in schema["properties"].items()}
    whole = {name: _sample(part) for name, part in fields.items() if not part.get("readOnly")}
    for name, text in itertools.product([*fields, "surprise", "\x00"], extremes.JSON):
        body = json.dumps({**whole, name: "HERE"}).replace('"HERE"', text)
        content, headers = body.encode(), _json_headers()
        yield Probe(f"{address} {name}={text[:40]}", method, address, content, headers)
    for text in extremes.JSON:
        yield Probe(f"{address} {text[:40]}", method, address, text.encode(), _json_headers())


def _sent(method: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"headers": {**_json_headers(), **(headers or {})}, "content": None if method == "GET" else b"{}"}


def _json_headers() -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}


def _filled(path: str) -> str:
    return re.sub(r"{\w+}", ID, path)


def _resolved(document: Any, part: dict[str, Any]) -> dict[str, Any]:
    for one in part.get("allOf", [part])[:1]:
        part = one
    if reference := part.get("$ref"):
        for step in reference.removeprefix("#/").split("/"):
            document = document[step]
        return dict(document)
    return part


def _sample(schema: dict[str, Any]) -> Any:
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    return {"integer": 1, "boolean": True, "array": [], "object": {}}.get(schema.get("type", ""), "AAPL")


# ── The pages ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def browser(system: System, new_person: Callable[..., Person]) -> httpx.Client:
    """Somebody signed in to the pages."""
    somebody = new_person(deposit="1000.00")
    client = httpx.Client(base_url=system.url, timeout=30)
    form = {"username": somebody.name, "password": somebody.password, **_csrf(client, "/sign-in")}
    answer = client.post("/sign-in", data=form, headers={"Referer": system.url})
    assert answer.status_code == 303, answer.text
    return client


def _csrf(client: httpx.Client, address: str) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(address).text)
    assert found
    return {"csrfmiddlewaretoken": found[1]}


@pytest.fixture(scope="module")
def pages(system: System) -> list[dict[str, Any]]:
    """The pages' routes, without those that sign the visitor out."""
    found = addresses_of(system, "web_frontend")["pages"]
    assert len(found) > 15
    return [page for page in found if page["path"] != "/sign-out"]


def test_the_pages_addresses(browser: httpx.Client, pages: list[dict[str, Any]]) -> None:
    def probes() -> Iterator[Probe]:
        for page in pages:
            path, names = page["path"], page["reads"]
            if "<" in path:
                for value in extremes.ALL:
                    address = re.sub(r"<\w+:\w+>", lambda _, value=value: quoted(value), path)
                    yield Probe(f"{path} {shown(value)}", "GET", address)
            address = _page(path)
            for value in extremes.FEW:
                query = "&".join(f"{name}={quoted(value)}" for name in names)
                if len(query) < 3800:
                    yield Probe(f"{path}?(all)={shown(value)}", "GET", f"{address}?{query}")
                for name in names if "<" not in path else ():
                    yield Probe(f"{path}?{name}={shown(value)}", "GET", f"{address}?{name}={quoted(value)}")

    assert_none(complaints(browser, probes()))


def test_the_pages_forms(browser: httpx.Client, pages: list[dict[str, Any]], system: System) -> None:
    token = _csrf(browser, "/cash")
    headers = {"Referer": system.url}
    posts = {"/orders", "/cash", "/language", "/sign-in", "/sign-up"}
    assert posts <= {page["path"] for page in pages}

    def probes() -> Iterator[Probe]:
        for page in pages:
            for value in extremes.FEW:
                if isinstance(value, str) and "\ud800" not in value and page["path"] in posts:
                    good = {
                        "ticker": "AAPL",
                        "side": "buy",
                        "quantity": "1",
                        "key": str(uuid4()),
                        "amount": "5",
                    }
                    for name in page["reads"]:
                        fields = {**token, **good, name: value}
                        yield Probe(
                            f"{page['path']} {name}={shown(value)}",
                            "POST",
                            page["path"],
                            None,
                            headers,
                            fields,
                        )

    assert_none(complaints(browser, probes()))


def test_cookies(browser: httpx.Client, system: System) -> None:
    names = (
        "time_zone",
        "language",
        "birzha_session",
        "birzha_csrf",
        "messages",
        "birzha_operator",
        "sessionid",
    )
    values = [value for value in extremes.FEW if isinstance(value, str)]
    own = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    plain = httpx.Client(base_url=system.url, timeout=30)

    def probes() -> Iterator[Probe]:
        for name, value in itertools.product(names, values):
            for written in {quoted(value)[:3900], "".join(sign for sign in value if " " <= sign <= "~")}:
                cookie = f"{own}; {name}={written}"
                for address in ("/history?since=0001-01-01&until=9999-12-31", "/", "/admin/users/login/"):
                    yield Probe(f"{address} {name}={shown(value)}", "GET", address, None, {"Cookie": cookie})

    assert_none(complaints(plain, probes()))


def test_every_time_zone_at_the_ends_of_time(browser: httpx.Client, system: System) -> None:
    own = "; ".join(f"{name}={value}" for name, value in browser.cookies.items() if name != "time_zone")
    zones = (
        "Pacific/Kiritimati",
        "Etc/GMT+12",
        "Etc/GMT-14",
        "America/Adak",
        "Asia/Kathmandu",
        "Africa/Monrovia",
    )
    ends = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")
    plain = httpx.Client(base_url=system.url, timeout=30)
    lists = itertools.product(("/history", "/history.csv"), ("since", "until"), ends, zones)
    probes = [
        Probe(
            f"{page}?{name}={day} {zone}",
            "GET",
            f"{page}?{name}={day}",
            headers={"Cookie": f"{own}; time_zone={zone}"},
        )
        for page, name, day, zone in lists
    ]
    assert_none(complaints(plain, probes))


def test_headers(new_person: Callable[..., Person], browser: httpx.Client) -> None:
    names = (
        "Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Cookie", "Host", "Origin",
        "Referer", "Range", "If-None-Match", "If-Modified-Since", "Content-Type", "TE", "X-Request-Id",
        "Traceparent", "Tracestate", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded",
        "HX-Request", "HX-Target", "HX-Current-URL", "HX-Current-URL-URI-AutoEncoded",
        "Access-Control-Request-Method", "Idempotency-Key", "User-Agent", "Content-Length",
    )  # fmt: skip
    values = (
        "", ";", "-1", "9" * 30, "*/*;q=1e400", "\xff", "é" * 100, "x" * 3000, "bytes=-1", "W/\"", "[::1",
        "00-" + "0" * 32 + "-" + "0" * 16 + "-00", "Bearer", "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT", "application/json; charset=utf-99",
        "multipart/form-data; boundary=\"", "ru-" * 50, "true",
    )  # fmt: skip
    person = new_person()
    api = ("/api/v1/operations",)
    for client, addresses in ((person.http, api), (browser, ("/history",))):
        assert_none(
            complaints(
                client,
                [
                    Probe(f"{address} {name}: {value[:40]!r}", "GET", address, None, {name: value})
                    for address, name, value in itertools.product(addresses, names, values)
                    if name != "Content-Length" or value == "-1"
                ],
            )
        )


# ── The admins ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def operator(system: System) -> httpx.Client:
    """An operator, signed in to every admin."""
    known = system.settings_of("operator")
    client, answer = sign_in(system, known["BIRZHA_OPERATOR_USERNAME"], known["BIRZHA_OPERATOR_PASSWORD"])
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize("slug", PACKAGES)
def test_the_admins_lists(operator: httpx.Client, system: System, slug: str) -> None:
    models = addresses_of(system, PACKAGES[slug])["models"]
    assert len(models) >= 4
    pages = ("p", "o", "all", "_facets", "_to_field", "surprise__year")

    def probes() -> Iterator[Probe]:
        for model in models:
            if slug != "trading" and any(part in model["list"] for part in ALIKE):
                continue
            for field, kind in model["fields"].items():
                for lookup, value in LOOKUPS.get(kind, NUMERIC):
                    asked = f"{field}{lookup}"
                    address = f"{model['list']}?{asked}={quoted(value)}"
                    yield Probe(f"{model['list']}?{asked}={shown(value)}", "GET", address)
            for name in (*pages, "q"):
                for value in ("-1", "9" * 30, "\x00", "1.-2.9"):
                    query = f"{name}={quoted(value)}"
                    yield Probe(f"{model['list']}?{name}={shown(value)}", "GET", f"{model['list']}?{query}")

    assert_none(complaints(operator, probes()))


@pytest.mark.parametrize("slug", PACKAGES)
def test_the_admins_other_addresses(operator: httpx.Client, system: System, slug: str) -> None:
    found = addresses_of(system, PACKAGES[slug])["admin"]
    assert len(found) > 20
    routes = [path for path in found if "<" in path and "(?P" not in path]
    plain = [path for path in found if "<" not in path and "logout" not in path and "(?P" not in path]
    values: tuple[str | bytes, ...] = (
        "abc", "-1", "9223372036854775808", "9" * 30, "x" * 1000, "\ud800", "\x00", "_5F",
        "a,b", '["a", "b"]', *extremes.IDS[:1], b"\xff",
    )  # fmt: skip

    def probes() -> Iterator[Probe]:
        for path, value in itertools.product(routes, values):
            if slug != "trading" and any(part in path for part in ALIKE):
                continue
            address = re.sub(r"<(\w+:)?\w+>", lambda _, value=value: quoted(value), path)
            yield Probe(f"{path} {shown(value)}", "GET", address)
        for path, value in itertools.product(plain, ("abc", "9" * 30, "\x00", "\ud800", ID)):
            query = "&".join(
                f"{name}={quoted(value)}"
                for name in ("term", "app_label", "model_name", "field_name", "next")
            )
            yield Probe(f"{path}?{shown(value)}", "GET", f"{path}?{query}")

    assert_none(complaints(operator, probes()))


def _page(path: str) -> str:
    return re.sub(r"<\w+:order_id>|<\w+:notification_id>", ID, path).replace("<str:ticker>", "AAPL")
