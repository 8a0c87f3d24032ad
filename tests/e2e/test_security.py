"""Who may do what: tokens, other people's things, fields that nobody may set, signing out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.people import Client, Person, field_codes, kept, problem_of, wait
from tests.e2e.tokens import bad_claims, tampered
from tests.system import System

#: Every private address, of every service.
PRIVATE = [
    ("GET", "/users/me"),
    ("PATCH", "/users/me"),
    ("POST", "/auth/logout"),
    ("GET", "/orders"),
    ("POST", "/orders"),
    ("GET", f"/orders/{uuid4()}"),
    ("POST", f"/orders/{uuid4()}/cancel"),
    ("GET", "/positions"),
    ("GET", "/portfolio"),
    ("GET", "/portfolio/history"),
    ("GET", "/account"),
    ("POST", "/deposits"),
    ("POST", "/withdrawals"),
    ("GET", "/operations"),
    ("GET", "/notifications"),
    ("POST", f"/notifications/{uuid4()}/read"),
    ("POST", "/notifications/read-all"),
]
#: One of each service that knows sessions.
ONE_EACH = ("/users/me", "/orders", "/positions", "/account", "/operations", "/notifications")


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_nobody_gets_a_401(visitor: Client, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Token abc"}, {"Authorization": "Basic YTpi"}):
        answer = visitor.send(method, path, json={}, headers=headers)
        problem_of(answer, 401, "authentication_required")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_tampered_token_is_refused_everywhere(visitor: Client, person: Person) -> None:
    jwks = visitor.http.get("/.well-known/jwks.json").json()
    for what, token in tampered(person.tokens["access"], jwks).items():
        for path in ONE_EACH:
            answer = visitor.send("GET", path, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), f"{what}: {path}"


def test_a_signed_token_with_bad_claims_is_refused_everywhere(system: System, person: Person) -> None:
    for what, token in bad_claims(system, person.tokens["access"]).items():
        for path in ONE_EACH:
            answer = Client(system.url, token=token).send("GET", path)
            assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), f"{what}: {path}"


def test_a_refresh_token_opens_nothing(system: System, person: Person) -> None:
    for path in ONE_EACH:
        answer = Client(system.url, token=person.tokens["refresh"]).send("GET", path)
        problem_of(answer, 401, "token_invalid")


def test_a_token_is_taken_from_its_header_only(system: System, visitor: Client, person: Person) -> None:
    access = person.tokens["access"]
    for path in (f"/account?access_token={access}", f"/account?token={access}"):
        problem_of(visitor.send("GET", path), 401, "authentication_required")
    cookies = {"Cookie": f"access={access}; {system.cookie('operator')}={access}"}
    answer = visitor.send("GET", "/account", headers=cookies)
    assert answer.status_code == 401


def test_the_published_keys_are_public_ones(visitor: Client) -> None:
    answer = visitor.http.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    for key in answer.json()["keys"]:
        assert set(key) == {"kid", "kty", "use", "alg", "n", "e"}


def test_other_peoples_things_are_not_there(new_person: Callable[..., Person], person: Person) -> None:
    stranger = new_person(deposit="1.00")
    order = person.buy("BZIDX", 1)
    news = wait(lambda: person.get("/notifications")["results"], "nothing was told")[0]
    problem_of(stranger.send("GET", f"/orders/{order['id']}"), 404, "not_found")
    problem_of(stranger.post(f"/orders/{order['id']}/cancel"), 404, "not_found")
    problem_of(stranger.post(f"/notifications/{news['id']}/read"), 404, "not_found")
    assert stranger.get("/orders", client_order_id=order["client_order_id"])["results"] == []
    mine = {row["id"] for row in person.get("/operations")["results"]}
    theirs = {row["id"] for row in stranger.get("/operations")["results"]}
    assert not mine & theirs
    assert stranger.get("/positions")["results"] == []


def test_a_forged_user_id_changes_nothing(visitor: Client, person: Person) -> None:
    for name in ("X-User-Id", "X-User-Sub", "X-Birzha-User", "X-Forwarded-User", "Remote-User"):
        answer = visitor.send("GET", "/account", headers={name: person.id})
        problem_of(answer, 401, "authentication_required")
        assert person.send("GET", "/users/me", headers={name: str(uuid4())}).json()["id"] == person.id


ORDER = {"ticker": "BZIDX", "side": "buy", "type": "market", "quantity": 1}
DEPOSIT = {"amount": "1.00", "currency": "USD"}
FORBIDDEN: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("PATCH", "/users/me", {}, {"id": str(uuid4())}),
    ("PATCH", "/users/me", {}, {"username": "root"}),
    ("PATCH", "/users/me", {}, {"is_staff": True}),
    ("PATCH", "/users/me", {}, {"is_superuser": True}),
    ("PATCH", "/users/me", {}, {"password": "x"}),
    ("POST", "/orders", ORDER, {"user_id": str(uuid4())}),
    ("POST", "/orders", ORDER, {"status": "filled"}),
    ("POST", "/orders", ORDER, {"price": "0.01"}),
    ("POST", "/orders", ORDER, {"fee": "0.00"}),
    ("POST", "/deposits", DEPOSIT, {"user_id": str(uuid4())}),
    ("POST", "/withdrawals", DEPOSIT, {"user_id": str(uuid4())}),
    ("POST", "/deposits", DEPOSIT, {"balance": "1000000.00"}),
    ("POST", "/deposits", DEPOSIT, {"status": "booked"}),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "extra"), FORBIDDEN, ids=[f"{p} {next(iter(e))}" for _, p, _, e in FORBIDDEN]
)
def test_what_nobody_may_set_is_refused(
    person: Person, method: str, path: str, body: dict[str, Any], extra: dict[str, Any]
) -> None:
    before = person.everything()
    headers = {"Idempotency-Key": str(uuid4())}
    answer = person.send(method, path, json={**body, **extra}, headers=headers)
    (name,) = extra
    assert field_codes(answer) in ({name: "unknown_field"}, {name: "read_only_field"})
    assert person.everything() == before


@pytest.mark.parametrize("name", ["is_staff", "is_superuser", "id", "scope", "is_operator"])
def test_nobody_signs_up_as_an_operator(visitor: Client, name: str) -> None:
    user = f"e2e-{uuid4().hex[:10]}"
    body = {"username": user, "email": f"{user}@example.com", "password": "correct horse battery", name: True}
    assert name in field_codes(visitor.post("/users", body))
    problem_of(
        visitor.post("/auth/token", {"username": user, "password": body["password"]}),
        401,
        "invalid_credentials",
    )


def test_after_signing_out_the_token_is_refused_everywhere_within_two_seconds(
    system: System, new_person: Callable[..., Person]
) -> None:
    person = new_person()
    other = Client(system.url, token=person.sign_in()["access"])

    def signed_out() -> float:
        person.sign_in()
        refresh = person.tokens["refresh"]
        assert person.post("/auth/logout").status_code == 204
        seconds = until_refused_everywhere(person)
        for path in ONE_EACH:
            problem_of(person.send("GET", path), 401, "session_revoked")
        problem_of(person.post("/auth/token/refresh", {"refresh": refresh}), 401, "session_revoked")
        return seconds

    kept(2.0, signed_out)
    assert other.send("GET", "/account").status_code == 200


def until_refused_everywhere(client: Client) -> float:
    """How many seconds it takes until no service takes its token any more."""
    begun = time.monotonic()
    for path in ONE_EACH:
        wait(lambda path=path: client.send("GET", path).status_code == 401, f"{path} takes it")
    return time.monotonic() - begun


def test_a_refresh_token_used_twice_ends_the_whole_session(
    system: System, new_person: Callable[..., Person]
) -> None:
    person, visitor = new_person(), Client(system.url)

    def used_twice() -> float:
        first = person.sign_in()["refresh"]
        answer = visitor.post("/auth/token/refresh", {"refresh": first})
        assert answer.status_code == 200
        pair = answer.json()
        renewed = Client(system.url, token=pair["access"])
        assert renewed.send("GET", "/account").status_code == 200
        again = visitor.post("/auth/token/refresh", {"refresh": first})  # as who lost the answer would
        assert again.json()["refresh"] == pair["refresh"]
        newer = visitor.post("/auth/token/refresh", {"refresh": pair["refresh"]}).json()
        assert visitor.post("/auth/token/refresh", {"refresh": first}).status_code == 401
        seconds = until_refused_everywhere(renewed)
        assert visitor.post("/auth/token/refresh", {"refresh": newer["refresh"]}).status_code == 401
        return seconds

    kept(2.0, used_twice)


def test_a_changed_password_ends_the_other_sessions_everywhere(
    system: System, new_person: Callable[..., Person]
) -> None:
    person = new_person()

    def changed() -> float:
        other = Client(system.url, token=person.sign_in()["access"])
        person.sign_in()
        old, person.password = person.password, secrets.token_urlsafe(12)
        body = {"old_password": old, "new_password": person.password}
        assert person.post("/users/me/password", body).status_code == 204
        seconds = until_refused_everywhere(other)
        for path in ONE_EACH:
            assert person.send("GET", path).status_code == 200
        return seconds

    kept(2.0, changed)


def test_guesses_from_many_sessions_are_counted_by_account(
    system: System, new_person: Callable[..., Person]
) -> None:
    person, visitor = new_person(), Client(system.url)
    wrong = {"username": person.name, "password": "wrong"}
    statuses = [visitor.post("/auth/token", wrong).status_code for _ in range(12)]
    assert statuses[:10] == [401] * 10
    assert 429 in statuses
    refused = visitor.post("/auth/token", wrong)
    problem_of(refused, 429, "too_many_attempts")
    assert int(refused.headers["Retry-After"]) >= 1


def test_private_answers_are_never_kept(person: Person) -> None:
    for path in ONE_EACH:
        answer = person.send("GET", path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
