"""Sends what nobody should send, many at once, and notes every answer that is not as promised."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import Lock, local
from urllib.parse import urlencode

import httpx

from tests.e2e.people import PROBLEM
from tests.security.raw import Answer

#: How many requests of one run are under way at once.
AT_ONCE = 4
FILES = Lock()
#: What is done one after the other, of all runs together, by what stands in its address: more at once is
#: refused (two files for one user, one search).
ONE_BY_ONE = {**dict.fromkeys((".csv", ".xlsx", ".pdf", "/statements/"), FILES), "search=": Lock()}


@dataclass(frozen=True)
class Probe:
    """One request, and a name for it that fits a line."""

    name: str
    method: str
    address: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)  # written as UTF-8
    form: dict[str, str] | None = None


@dataclass(frozen=True)
class ProbeRun:
    """How many probes were answered, and a line for every answer that was not as promised."""

    answered: int
    complaints: list[str]


def probed(client: httpx.Client, probes: Iterable[Probe]) -> ProbeRun:
    """Send them all, as ``client`` would: with its headers and cookies as they are now, but at less cost."""
    sender = _Sender(client)

    def one(probe: Probe) -> str | None:
        try:
            with next((lock for part, lock in ONE_BY_ONE.items() if part in probe.address), nullcontext()):
                answer = sender.answer(probe)
        except (http.client.InvalidURL, ValueError):
            return None  # cannot even be sent
        except (http.client.HTTPException, OSError) as error:
            return f"{probe.method} {probe.name}: {error!r}"
        wrong = complaint(answer)
        return f"{probe.method} {probe.name}: {wrong}" if wrong else ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        lines = [line for line in pool.map(one, probes) if line is not None]
    return ProbeRun(len(lines), [line for line in lines if line])


def assert_good(run: ProbeRun, least: int) -> None:
    """Every answer was as promised, and there were many."""
    found = "\n".join(run.complaints[:200])
    assert not run.complaints, f"{len(run.complaints)} answers are not as promised:\n{found}"
    assert run.answered >= least


class _Sender:
    """Keeps a connection for each thread; does what httpx does, without what that costs for each request."""

    def __init__(self, client: httpx.Client) -> None:
        self._host, self._port = str(client.base_url.host), client.base_url.port
        self._netloc = client.base_url.netloc
        given = {name.decode().lower(): value for name, value in client.headers.raw}
        given.pop("accept-encoding", None)
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        self._headers = given | ({"cookie": cookies.encode()} if cookies else {})
        self._own = local()

    def answer(self, probe: Probe) -> Answer:
        content = probe.content
        headers = {"host": self._netloc, **self._headers}
        headers |= {name.lower(): value.encode() for name, value in probe.headers.items()}
        if probe.form is not None:
            content = urlencode(probe.form).encode()
            headers["content-type"] = b"application/x-www-form-urlencoded"
        if content is not None:
            headers.setdefault("content-length", str(len(content)).encode())
        used = hasattr(self._own, "connection")
        if not used:
            self._own.connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
        try:
            return self._sent(probe, headers, content)
        except (http.client.RemoteDisconnected, ConnectionError):
            if not used:
                raise
            self._own.connection.close()  # it was closed while it waited for another request
            return self._sent(probe, headers, content)

    def _sent(self, probe: Probe, headers: dict[str, bytes], content: bytes | None) -> Answer:
        connection: http.client.HTTPConnection = self._own.connection
        try:
            connection.putrequest(probe.method, probe.address, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(content)
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            connection.close()
            raise
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def complaint(answer: Answer) -> str:
    """What is wrong with an answer; "" when nothing is."""
    if answer.status == 429 and answer.headers.get("x-ratelimit-remaining") == "0":
        return "429 of the gateway: nobody has looked at it; these tests want BIRZHA_RATE_LIMITS=1000"
    text = answer.body.decode(errors="replace")
    if answer.status >= 500:
        return f"{answer.status} {text[:120]!r}"
    if answer.status < 400 or not answer.body:
        return ""
    kind = answer.headers.get("content-type", "")
    if kind == "application/problem+json":
        missing = PROBLEM - json.loads(answer.body).keys()
        return f"a problem document without {missing}" if missing else ""
    if kind.startswith("text/html") and re.search(r"Birzha|class=", text):
        return ""
    return f"{answer.status} {kind} {text[:80]!r} is neither a problem document nor a page of ours"
