"""Compression, server-sent events, and a change of routes while it runs."""

from __future__ import annotations

import hashlib
import time

import httpx
import yaml

from gateway.tests.running import System
from servicekit.testing.waiting import wait


def test_answers_are_compressed_for_who_accepts_it(outside: httpx.Client) -> None:
    packed = outside.get("/api/v1/instruments?do=large", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == 'W/"strong"'
    assert "accept-encoding" in packed.headers["Vary"].lower()
    plain = outside.get("/api/v1/instruments?do=large", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["ETag"] == '"strong"'
    assert plain.json()["filler"] == packed.json()["filler"]


def test_what_a_style_sheet_repeats_is_found_far_back(system: System, outside: httpx.Client) -> None:
    random = b'"' + hashlib.shake_256(b"style").hexdigest(8000).encode() + b'"'  # 16 kB, packed 8 or more
    web = system.services["web"]
    path = "/static/web/twice.css"
    web.documents[path] = b"[%b, %b]" % (random, random)
    try:
        with outside.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.read() == web.documents[path]
            assert answer.num_bytes_downloaded < 12_000
    finally:
        del web.documents[path]


def test_events_pass_one_by_one_and_longer_than_any_timeout(outside: httpx.Client) -> None:
    arrivals = []
    with outside.stream("GET", "/api/v1/quotes/stream?do=events") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        for line in answer.iter_lines():
            if line.startswith("data:"):
                arrivals.append(time.monotonic())
    assert len(arrivals) == 8
    assert arrivals[-1] - arrivals[0] > 2.5  # the service takes 3.5 s to send them


def test_a_new_route_is_taken_without_a_restart(system: System, outside: httpx.Client) -> None:
    text = system.source.read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    raw["routes"].append({"prefix": "/api/v1/news", "to": "notification", "token": "optional"})
    try:
        assert outside.get("/api/v1/news").status_code == 404
        system.source.write_text(yaml.safe_dump(raw), encoding="utf-8")
        system.render()
        _wait_for_status(outside, "/api/v1/news", 200)
    finally:
        system.source.write_text(text, encoding="utf-8")
        system.render()
        _wait_for_status(outside, "/api/v1/news", 404)


def _wait_for_status(outside: httpx.Client, path: str, status: int) -> None:
    wait(lambda: outside.get(path).status_code == status, f"{path} does not become {status}")
