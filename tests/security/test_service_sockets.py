"""Past the gateway: every service itself refuses whoever comes to its socket without a good token.

What the gateway says of a user in its own headers opens nothing there either.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from compose.system import SERVICES, STREAM
from tests.e2e.people import PROBLEM, Client, Person, wait
from tests.e2e.test_schemas import document_of, operations_of, streams
from tests.e2e.tokens import bad_claims, claims_of, tampered
from tests.system import System

#: The socket of each process that answers the API, and the slug of its document.
SOCKETS = {
    process.name: service.slug
    for service in SERVICES
    for process in service.processes()
    if process.type.answers_http
}
#: Those of them that answer streams, and nothing else of the document.
STREAMING = {
    process.name for service in SERVICES for process in service.processes() if process.type == STREAM
}
AT_ONCE = 4


@pytest.fixture(scope="module")
def person(system: System) -> Person:
    """Somebody with something to be taken: money, an order, a position, a notification."""
    somebody = Person(system.url)
    somebody.deposit("5000.00")
    somebody.buy("AAPL", 1)
    return somebody


@pytest.fixture(scope="module")
def own(person: Person) -> dict[str, str]:
    """The ids of what is this person's, by the documents' names of path parameters."""
    return {
        "order_id": person.rows("/orders")[0]["id"],
        "notification_id": wait(lambda: person.rows("/notifications"), "nothing was told")[0]["id"],
        "key_id": person.post("/users/me/api-keys", {"name": "mine", "scopes": ["read"]}).json()["id"],
        "alert_id": person.post("/alerts", {"ticker": "AAPL", "price": "99999.00"}).json()["id"],
        "closing_id": person.post("/users/me/closing", {"password": person.password}).json()["id"],
        "session_id": claims_of(person.tokens["access"])["sid"],
        "ticker": "AAPL",
        "month": person.get("/statements")["results"][0]["month"],
    }


@pytest.fixture(scope="module")
def strangers(system: System, person: Person, own: dict[str, str]) -> dict[str, dict[str, str]]:
    """Headers that nobody may be let in by, by what is wrong with them."""
    access = person.tokens["access"]
    claims = claims_of(access)
    forged = {
        "X-User-Id": person.id,
        "X-User-Scope": "customer operator",
        "X-Session-Id": claims["sid"],
        "X-Forwarded-User": person.id,
        "X-Remote-User": person.id,
        "Remote-User": person.name,
        "X-Jwt-Payload": access.split(".")[1],
        "X-Birzha-Exports": "taken",
        "X-Envoy-Internal": "true",
        "X-Forwarded-For": "127.0.0.1",
    }
    jwks = person.http.get("/.well-known/jwks.json").json()
    bad = {**tampered(access, jwks), **bad_claims(system, access)}
    bad["signed out"] = _signed_out(system, person, own)
    tokens = {name: {"Authorization": f"Bearer {token}"} for name, token in bad.items()}
    return {
        "nothing": {},
        "headers of the gateway's": forged,
        "another scheme": {"Authorization": f"Basic {access}"},
        "no scheme": {"Authorization": access},
        "the token as the operator's cookie": {"Cookie": f"{system.cookie('operator')}={access}"},
        "a refresh token": {"Authorization": f"Bearer {person.tokens['refresh']}"},
        **tokens,
        **{f"{name}, and forged headers": {**forged, **header} for name, header in tokens.items()},
    }


def _signed_out(system: System, person: Person, own: dict[str, str]) -> str:
    """The access token of another session of theirs, which has ended in every process."""
    other = Client(person.url)
    body = {"username": person.name, "password": person.password}
    token = str(other.post("/auth/token", body).json()["access"])
    other.http.headers["Authorization"] = f"Bearer {token}"
    assert other.post("/auth/logout").status_code == 204
    headers = {"Authorization": f"Bearer {token}"}
    for socket in SOCKETS:
        with _past_the_gateway(system, socket) as service:
            for method, path, _ in _operations(person, socket):
                method, path = "HEAD" if socket in STREAMING else method, _filled(path, own)

                def refused(service: httpx.Client = service, method: str = method, path: str = path) -> bool:
                    return _call(service, method, path, headers).status_code == 401

                wait(refused, f"{socket} takes it at {method} {path}")
    return token


@pytest.mark.parametrize("socket", SOCKETS)
def test_nobody_comes_in(
    system: System, person: Person, own: dict[str, str], strangers: dict[str, dict[str, str]], socket: str
) -> None:
    before = person.everything()
    operations = list(_operations(person, socket))
    assert operations
    with _past_the_gateway(system, socket) as service, ThreadPoolExecutor(AT_ONCE) as pool:

        def one(tried: tuple[tuple[str, str, bool], tuple[str, dict[str, str]]]) -> str:
            (method, path, is_open), (what, headers) = tried
            if is_open and not headers.get("Authorization", "").startswith("Bearer "):
                return ""  # nobody need say who they are, and another scheme is as good as none
            answer = _call(service, method, _filled(path, own), headers)
            wrong = _wrong(answer, person)
            return f"{method} {path} with {what}: {wrong}" if wrong else ""

        found = list(pool.map(one, itertools.product(operations, strangers.items())))
    assert [line for line in found if line] == []
    assert person.everything() == before


@pytest.mark.parametrize("socket", SOCKETS)
def test_the_person_does(system: System, person: Person, own: dict[str, str], socket: str) -> None:
    """At the same addresses a good token opens what is refused above."""
    with _past_the_gateway(system, socket) as service:
        for method, path, _ in _operations(person, socket):
            if method == "GET":
                method = "HEAD" if socket in STREAMING else "GET"  # whose answer does not end
                headers = {"Authorization": f"Bearer {person.tokens['access']}"}
                assert _call(service, method, _filled(path, own), headers).status_code == 200, path


def _operations(person: Person, socket: str) -> Iterator[tuple[str, str, bool]]:
    """Method, path, and whether anybody may: of what looks at a token. Of files also their other spelling."""
    for name, operation in operations_of(document_of(person, SOCKETS[socket])).items():
        method, path = name.split(" ")
        if streams(operation) != (socket in STREAMING):
            continue
        if "quotes" in path:
            path += "?tickers=AAPL"
        if operation["security"]:
            yield method, path, {} in operation["security"]
            if "text/csv" in operation["responses"].get("200", {}).get("content", {}):
                yield method, f"{path}?format=csv", False


def _past_the_gateway(system: System, socket: str) -> httpx.Client:
    """A client of a service's own socket."""
    host = urlsplit(system.url).netloc
    transport = httpx.HTTPTransport(uds=str(system.home.socket(socket)))
    return httpx.Client(transport=transport, base_url=f"http://{host}", timeout=60)


def _call(service: httpx.Client, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    sent = {"Idempotency-Key": str(uuid4()), "X-Birzha-Exports": "taken", **headers}
    return service.request(method, path, headers=sent, json={} if method in ("POST", "PATCH") else None)


def _filled(path: str, own: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda place: own[place[1]], path)


def _wrong(answer: httpx.Response, person: Person) -> str:
    if answer.status_code != 401:
        return f"{answer.status_code} {answer.text[:80]}"
    if person.id in answer.text or person.name in answer.text:
        return f"it says whose it is: {answer.text[:200]}"
    if answer.headers["Content-Type"] != "application/problem+json" or PROBLEM - answer.json().keys():
        return f"no problem document: {answer.text[:80]}"
    return "" if answer.headers["WWW-Authenticate"].startswith("Bearer") else "no WWW-Authenticate"
