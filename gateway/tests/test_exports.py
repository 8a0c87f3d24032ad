"""Files of any length: made apart, given on however slowly, so many at once, and never cut in silence."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import httpx
import pytest

from gateway.config.routing.table import FILE_FORMATS
from gateway.tests.running import System
from gateway.tests.tokens import bearer, token
from servicekit.testing.waiting import wait

FILE = "/api/v1/operations?format=csv&do=file"


@pytest.fixture
def somebody(system: System) -> Iterator[httpx.Client]:
    """A user whom no other test knows."""
    with system.outside() as client:
        client.headers["Authorization"] = f"Bearer {token(str(uuid4()))}"
        yield client


def hold(client: httpx.Client, path: str, opened: ExitStack) -> httpx.Response:
    """Ask for a file and read nothing of it."""
    return opened.enter_context(client.stream("GET", path))


@pytest.mark.parametrize(
    ("path", "accept", "service"),
    [
        ("/api/v1/operations", "application/json", "billing"),
        ("/api/v1/operations?format=json", "*/*", "billing"),
        ("/api/v1/operations?format=%63sv", "*/*", "billing"),
        ("/api/v1/operations?format=csv", "*/*", "billing-exports"),
        ("/api/v1/operations?type=buy&format=csv&x", "application/json", "billing-exports"),
        ("/api/v1/operations?type=buy", "text/html, Text/CSV;q=0.5", "billing-exports"),
        ("/api/v1/operations?format=xlsx", "*/*", "billing-exports"),
        ("/api/v1/operations?format=xls", "*/*", "billing"),
        ("/api/v1/operations", FILE_FORMATS["xlsx"], "billing-exports"),
        ("/api/v1/statements", "*/*", "billing"),
        ("/api/v1/statements/2026-11", "*/*", "billing-exports"),
        ("/api/v1/statements/2026-11?format=json", "application/json", "billing-exports"),
    ],
)
def test_files_are_made_apart(somebody: httpx.Client, path: str, accept: str, service: str) -> None:
    answer = somebody.get(path, headers={"Accept": accept, "X-Birzha-Exports": "mine"}).json()
    assert answer["service"] == service
    ways = {"billing": None, "billing-exports": "taken"}  # by which the service knows that nginx is there
    assert answer["headers"].get("x-birzha-exports") == ways[service]


def test_a_file_needs_a_token(anybody: httpx.Client) -> None:
    assert anybody.get(FILE).status_code == 401


def test_a_file_may_take_longer_than_any_answer(somebody: httpx.Client) -> None:
    begun = time.monotonic()
    answer = somebody.get(f"{FILE}&pause=0.8")
    assert len(answer.content) == 1024 * 1024
    assert time.monotonic() - begun > 3  # the total of other reads is 2.5 s


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_file_that_is_cut_is_an_error(somebody: httpx.Client, encoding: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        somebody.get(f"{FILE}&mib=4&cut=1", headers={"Accept-Encoding": encoding})


def test_nobody_waits_for_who_reads_slowly(system: System, somebody: httpx.Client) -> None:
    exporter = system.services["billing-exports"]
    before = exporter.files
    with ExitStack() as opened:
        for _ in range(2):
            hold(somebody, f"{FILE}&mib=24", opened)
        wait(lambda: exporter.files == before + 2)


def test_two_at_once_of_one_user_and_as_many_of_another(system: System, somebody: httpx.Client) -> None:
    with ExitStack() as opened:
        for _ in range(2):
            assert hold(somebody, f"{FILE}&mib=24", opened).status_code == 200
        with system.outside() as again:
            again.headers["Authorization"] = somebody.headers["Authorization"]
            for language, words in (("en", "one user"), ("ru", "Одному пользователю")):
                refused = again.get(FILE, headers={"Accept-Language": language})
                assert (refused.status_code, refused.json()["code"]) == (429, "too_many_exports")
                assert refused.headers["Content-Type"] == "application/problem+json"
                assert refused.headers["Retry-After"]
                assert refused.json()["trace_id"] == refused.headers["X-Request-Id"]
                assert words in refused.json()["detail"]
            again.headers["Authorization"] = bearer()["Authorization"]
            assert again.get(FILE).status_code == 200
    wait(lambda: somebody.get(FILE).status_code == 200, "nginx has not seen that the others went")


@pytest.fixture
def handing(system: System) -> Iterator[None]:
    """web_frontend, which hands a file over."""
    answers = system.services["web"].answers
    answers["/history.csv"] = {
        "Content-Type": "text/csv; charset=utf-8",
        "X-Birzha-Disposition": 'attachment; filename="birzha.csv"',
        "X-Accel-Redirect": "/.handed-over/api/v1/operations?do=file&mib=24&ticker=A%20B",
        "X-Birzha-Authorization": bearer()["Authorization"],
    }
    yield
    answers.clear()


@pytest.mark.usefixtures("handing")
def test_the_pages_hand_their_file_over(system: System, anybody: httpx.Client) -> None:
    answer = anybody.get("/history.csv", headers={"Cookie": "a=b"})
    assert answer.status_code == 200
    assert len(answer.content) == 24 * 1024 * 1024
    assert answer.headers.get_list("Content-Disposition") == ['attachment; filename="birzha.csv"']
    assert answer.headers.get_list("Content-Type") == ["text/csv; charset=utf-8"]
    assert not [name for name in answer.headers if "birzha" in name or "accel" in name]
    assert system.services["billing-exports"].requests[-1] == (
        "GET",
        "/api/v1/operations?do=file&mib=24&ticker=A%20B",
    )


@pytest.mark.usefixtures("handing")
def test_what_is_handed_over_and_cut_is_an_error_too(system: System, anybody: httpx.Client) -> None:
    headers = system.services["web"].answers["/history.csv"]
    headers["X-Accel-Redirect"] = "/.handed-over/api/v1/operations?do=file&mib=4&cut=1"
    with pytest.raises(httpx.RemoteProtocolError):
        anybody.get("/history.csv")


@pytest.mark.usefixtures("handing")
def test_what_is_refused_instead_of_a_file_is_said_by_the_pages(
    system: System, anybody: httpx.Client
) -> None:
    headers = system.services["web"].answers["/history.csv"]
    headers["X-Birzha-Authorization"] = "Bearer nonsense"
    headers["X-Accel-Redirect"] = "/.handed-over/api/v1/operations?ticker=A%20B"
    refused = anybody.get("/history.csv", headers={"Cookie": "a=b"})
    assert "Content-Disposition" not in refused.headers
    assert len(refused.headers.get_list("Content-Type")) == 1
    answer = refused.json()
    assert (answer["service"], answer["path"]) == ("web", "/.refused?ticker=A%20B")
    assert answer["headers"]["x-birzha-refused"] == "401"
    assert answer["headers"]["cookie"] == "a=b"


REFUSED = (400, 403, 404, 406, 409, 410, 413, 415, 421, 422, 425, 429, 451, 500, 501, 503)


@pytest.mark.parametrize("status", REFUSED)
@pytest.mark.usefixtures("handing")
def test_the_pages_learn_what_was_refused_and_how(system: System, anybody: httpx.Client, status: int) -> None:
    headers = system.services["web"].answers["/history.csv"]
    query = f"do=fail&by=billing-exports&status={status}&ticker=A%20B"
    headers["X-Accel-Redirect"] = f"/.handed-over/api/v1/operations?{query}"
    answer = anybody.get("/history.csv").json()
    assert (answer["service"], answer["path"]) == ("web", f"/.refused?{query}")
    assert answer["headers"]["x-birzha-refused"] == str(status)


@pytest.mark.parametrize(("stopped", "path"), [("billing-exports", FILE), ("web", "/history.csv")])
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_while_nobody_makes_files_the_gateway_says_so(
    system: System, somebody: httpx.Client, stopped: str, path: str, accept: str
) -> None:
    system.services[stopped].stop()
    try:
        answer = somebody.get(path, headers={"Accept": accept})
    finally:
        system.services[stopped].start()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    is_page = accept == "text/html" and not path.startswith("/api/")
    kind = "text/html; charset=utf-8" if is_page else "application/problem+json"
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Request-Id"] in answer.text


def test_nobody_hands_over_to_a_client(system: System, anybody: httpx.Client) -> None:
    """Neither nginx's inner addresses nor its headers can be used from outside."""
    seen = anybody.get("/.handed-over/api/v1/operations").json()
    assert (seen["service"], seen["path"]) == ("web", "/.handed-over/api/v1/operations")
    for name in ("X-Birzha-Exports", "X-Birzha-Refused"):
        assert name.lower() not in anybody.get("/.refused", headers={name: "taken"}).json()["headers"]


def test_a_slow_reader_holds_no_service_up_to_a_large_answer(system: System) -> None:
    """What a service answers otherwise fits what Envoy takes from it beforehand."""
    authorization = f"Authorization: {bearer()['Authorization']}"
    head = f"GET /api/v1/orders?do=file&mib=1 HTTP/1.1\r\nHost: x\r\n{authorization}\r\n\r\n"
    trading = system.services["trading"]
    before = trading.files
    with ExitStack() as opened:
        for _ in range(8):
            slow = opened.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", system.port))
            slow.sendall(head.encode())
        wait(lambda: trading.files == before + 8)
