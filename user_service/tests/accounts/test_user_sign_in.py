"""Signing in: by name or e-mail, and one answer for every refusal, in the same time."""

from __future__ import annotations

import statistics
import time

import jwt
import pytest
from django.core.management import call_command

from servicekit.auth.tokens import decode
from user_service.accounts.errors import InvalidCredentials
from user_service.accounts.models import User
from user_service.accounts.services import operator_sign_in, user_disable, user_register
from user_service.sessions.clients import Client
from user_service.sessions.models import Session
from user_service.tests.conftest import BY, PASSWORD

URL = "/api/v1/auth/token"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("identifier", ["Alice", "aLICE", "alice@EXAMPLE.org"])
def test_pair_of_tokens(api, alice, identifier):
    client = api(user_agent="Firefox", x_forwarded_for="6.6.6.6, 198.51.100.4")
    response = client.post(URL, {"username": identifier, "password": PASSWORD})

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert set(body) == {"access", "refresh", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)

    session = Session.objects.get()
    assert (session.user_agent, session.ip) == ("Firefox", "198.51.100.4")
    claims = decode(body["access"])
    assert claims["sub"] == str(alice.id)
    assert claims["sid"] == str(session.id)
    assert claims["scope"] == "customer"
    assert (claims["iss"], claims["aud"], claims["exp"] - claims["iat"]) == ("birzha", "birzha", 300)
    assert jwt.get_unverified_header(body["access"]) == {"alg": "RS256", "typ": "JWT", "kid": "test"}
    assert api(token=body["access"]).get("/api/v1/users/me").json()["username"] == "Alice"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("Alice", PASSWORD + "x"),
        ("Alice", PASSWORD.upper()),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("disabled", PASSWORD),
        ("' OR 1=1 --", "x"),
    ],
)
def test_one_answer_for_every_refusal(api, alice, username, password):
    gone = user_register(username="disabled", email="disabled@example.org", password=PASSWORD)
    user_disable(user_id=gone.id, **BY)
    response = api().post(URL, {"username": username, "password": password})
    assert response.status_code == 401
    problem = response.json()
    problem.pop("trace_id")
    assert problem == {
        "type": "http://127.0.0.1:8000/api/docs/#invalid_credentials",
        "title": "Wrong name or password",
        "status": 401,
        "detail": "Wrong name or password.",
        "code": "invalid_credentials",
    } | {"type": problem["type"]}
    assert not Session.objects.exists()


def test_unknown_users_take_as_long(api, alice):
    """In this process's own CPU time, by turns: what else the machine does at the moment changes nothing."""
    times: dict[str, list[float]] = {"alice": [], "nobody": []}
    for _ in range(7):
        for username, spent in times.items():
            start = time.process_time()
            assert api().post(URL, {"username": username, "password": "wrong one"}).status_code == 401
            spent.append(time.process_time() - start)
    assert 0.5 < statistics.median(times["alice"]) / statistics.median(times["nobody"]) < 2


def test_an_old_access_token_does_not_stand_in_the_way(api, alice):
    response = api(token="expired.or.garbage").post(URL, {"username": "alice", "password": PASSWORD})
    assert response.status_code == 200


def test_operators_tokens_say_so(api, monkeypatch):
    monkeypatch.setenv("BIRZHA_OPERATOR_USERNAME", "operator")
    monkeypatch.setenv("BIRZHA_OPERATOR_PASSWORD", PASSWORD)
    call_command("make_operator", verbosity=0)
    body = api().post(URL, {"username": "operator", "password": PASSWORD}).json()
    assert decode(body["access"])["scope"] == "customer operator"


def test_no_session_for_who_was_disabled_since_the_password_was_checked(alice):
    checked = User.objects.get(pk=alice.pk)
    checked.is_staff = True
    with pytest.raises(InvalidCredentials):
        operator_sign_in(user=checked, client=Client())
    assert not Session.objects.exists()
