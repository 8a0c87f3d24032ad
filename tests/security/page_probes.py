"""What the pages are tried with: their addresses, what they read, their forms, cookies and headers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.security import extremes
from tests.security.api_probes import ID
from tests.security.extremes import in_turn, quoted, shown
from tests.security.prober import Probe

#: The pages that forms are sent to.
POSTS = {
    "/orders",
    "/cash",
    "/language",
    "/sign-in",
    "/sign-in/code",
    "/sign-up",
    "/confirm-email",
    "/forgot-password",
    "/reset-password",
}


def address_probes(pages: list[dict[str, Any]]) -> Iterator[Probe]:
    """Each page, as ``tests.security.addresses`` names it, with each parameter alone and all together.

    All have every value; of one alone it is a sixth of them, another one from parameter to parameter.
    """
    for number, page in enumerate(pages):
        path, names = page["path"], page["reads"]
        types = re.findall(r"<(\w+):", path)
        for value in extremes.of_type(*types, place=number) if types else ():
            address = re.sub(r"<\w+:\w+>", lambda _, value=value: quoted(value), path)
            yield Probe(f"{path} {shown(value)}", "GET", address)
        address = _page(path)
        for value in extremes.FEW:
            query = "&".join(f"{name}={quoted(value)}" for name in names)
            if len(query) < 3800:
                yield Probe(f"{path}?(all)={shown(value)}", "GET", f"{address}?{query}")
        for place, name in enumerate(names if "<" not in path else (), start=number):
            for value in in_turn(extremes.FEW, 6, place):
                yield Probe(f"{path}?{name}={shown(value)}", "GET", f"{address}?{name}={quoted(value)}")


def form_probes(pages: list[dict[str, Any]], token: dict[str, str], origin: str) -> Iterator[Probe]:
    """Each form with one field after the other at its edge; ``token``: the CSRF token's field.

    Each field has a third of the values, the next one others.
    """
    values = [value for value in extremes.FEW if isinstance(value, str) and "\ud800" not in value]
    for number, page in enumerate(page for page in pages if page["path"] in POSTS):
        good = {"ticker": "AAPL", "side": "buy", "quantity": "1", "key": str(uuid4()), "amount": "5"}
        for place, name in enumerate(page["reads"], start=number):
            for value in in_turn(values, 3, place):
                fields = {**token, **good, name: value}
                shortly = f"{page['path']} {name}={shown(value)}"
                yield Probe(shortly, "POST", page["path"], None, {"Referer": origin}, fields)


def cookie_probes(own: str) -> Iterator[Probe]:
    """Cookies that look like ours beside the visitor's ``own``."""
    names = (
        "time_zone", "language", "birzha_session", "birzha_csrf", "messages", "birzha_operator", "sessionid",
    )  # fmt: skip
    values = [value for value in extremes.FEW if isinstance(value, str)]
    for name, value in itertools.product(names, values):
        for written in {quoted(value)[:3900], "".join(sign for sign in value if " " <= sign <= "~")}:
            cookie = f"{own}; {name}={written}"
            for address in ("/history?since=0001-01-01&until=9999-12-31", "/admin/users/login/"):
                yield Probe(f"{address} {name}={shown(value)}", "GET", address, None, {"Cookie": cookie})


def time_zone_probes(own: str) -> Iterator[Probe]:
    """The ends of time in zones of every kind."""
    zones = (
        "Pacific/Kiritimati", "Etc/GMT+12", "Etc/GMT-14", "America/Adak", "Asia/Kathmandu", "Africa/Monrovia",
    )  # fmt: skip
    ends = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")
    for page, name, day, zone in itertools.product(
        ("/history", "/history.csv"), ("since", "until"), ends, zones
    ):
        headers = {"Cookie": f"{own}; time_zone={zone}"}
        yield Probe(f"{page}?{name}={day} {zone}", "GET", f"{page}?{name}={day}", headers=headers)


def header_probes(address: str, half: int) -> Iterator[Probe]:
    """Every header that any layer reads, at its edge: the first half of the values, or the second."""
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
    for place, name in enumerate(names, half):
        for value in in_turn(values, 2, place) if name != "Content-Length" else ("-1",):
            yield Probe(f"{address} {name}: {value[:40]!r}", "GET", address, None, {name: value})


def _page(path: str) -> str:
    return re.sub(r"<\w+:order_id>|<\w+:notification_id>", ID, path).replace("<str:ticker>", "AAPL")
