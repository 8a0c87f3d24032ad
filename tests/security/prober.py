"""Sends what nobody should send, many at once, and notes every answer that is not as promised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx

from tests.e2e.people import PROBLEM

#: How many requests are under way at once.
AT_ONCE = 8
#: Only so many files are made at once for one user, and 503 beyond that: here one after the other.
EXPORTS = ".csv"


@dataclass(frozen=True)
class Probe:
    """One request, and a name for it that fits a line."""

    name: str
    method: str
    address: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)  # written as UTF-8
    form: dict[str, Any] | None = None


def complaints(client: httpx.Client, probes: Iterable[Probe]) -> list[str]:
    """A line for every probe that got a server error, or a refusal in no form of ours."""

    exporting = Lock()

    def one(probe: Probe) -> str:
        headers = [(name.encode(), value.encode()) for name, value in probe.headers.items()]
        try:
            with exporting if EXPORTS in probe.address else nullcontext():
                answer = client.request(
                    probe.method, probe.address, content=probe.content, data=probe.form, headers=headers
                )
        except (httpx.LocalProtocolError, httpx.InvalidURL):
            return ""  # cannot even be sent
        except httpx.RemoteProtocolError as error:
            return f"{probe.method} {probe.name}: {error}"
        wrong = complaint(answer)
        return f"{probe.method} {probe.name}: {wrong}" if wrong else ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        lines = list(pool.map(one, probes))
    return [line for line in lines if line]


def complaint(answer: httpx.Response) -> str:
    """What is wrong with an answer; "" when nothing is."""
    if answer.status_code == 429 and answer.headers.get("X-RateLimit-Remaining") == "0":
        return "429 of the gateway: nobody has looked at it; these tests want BIRZHA_RATE_LIMITS=1000"
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:120]!r}"
    if answer.status_code < 400 or not answer.content:
        return ""
    kind = answer.headers.get("Content-Type", "")
    if kind == "application/problem+json":
        missing = PROBLEM - answer.json().keys()
        return f"a problem document without {missing}" if missing else ""
    if kind.startswith("text/html") and re.search(r"Birzha|class=", answer.text):
        return ""
    return (
        f"{answer.status_code} {kind} {answer.text[:80]!r} is neither a problem document nor a page of ours"
    )
