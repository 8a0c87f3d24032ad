"""With a second factor the password alone opens nothing: not the API, not the pages, no service's admin."""

from __future__ import annotations

import re
import secrets
import subprocess
import sys
from uuid import uuid4

import httpx
import pytest

from compose.local.paths import ROOT
from compose.system import SLUGS
from compose.system.environment import child_environment
from tests.e2e.authenticator import Authenticator
from tests.e2e.people import Client, Person, wait
from tests.e2e.test_operators import sign_in
from tests.system import System

FACTOR, TOKEN = "/users/me/second-factor", "/auth/token"


def turn_on(person: Client, password: str) -> tuple[Authenticator, list[str]]:
    """Turn somebody's second factor on; the app and the recovery codes."""
    app = Authenticator(person.get(FACTOR)["new_secret"])
    answer = person.post(FACTOR, {"secret": app.secret, "code": app.code(), "password": password})
    assert answer.status_code == 201, answer.text
    return app, answer.json()["recovery_codes"]


def form_of(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def test_the_password_opens_neither_api_nor_pages(system: System) -> None:
    person = Person(system.url)
    before = dict(person.tokens)
    other = httpx.Client(base_url=system.url, timeout=60, verify=False, headers={"Origin": system.url})
    credentials = {"username": person.name, "password": person.password}
    other.post("/sign-in", data={**form_of(other.get("/sign-in")), **credentials})
    assert other.get("/cash").status_code == 200
    app, recovery_codes = turn_on(person, person.password)

    assert person.get("/account")["currency"]  # the session that did it stays
    wait(lambda: other.get("/cash").status_code != 200, "the session of the pages did not end", 10)
    sign_up_again = {**credentials, "email": person.email, "sign_in": True}
    for path, body in ((TOKEN, credentials), ("/users", sign_up_again)):
        answer = Client(system.url).post(path, body)
        assert answer.status_code in (400, 401)
        assert not {"access", "refresh", "tokens"} & answer.json().keys()

    asked = other.post("/sign-in", data={**form_of(other.get("/sign-in")), **credentials})
    assert asked.status_code == 200
    assert other.get("/cash").status_code == 303
    code = app.code()
    entered = other.post("/sign-in/code", data={**form_of(asked), "code": code})
    assert (entered.status_code, entered.headers["Location"]) == (303, "/portfolio")
    assert other.get("/cash").status_code == 200

    again = Client(system.url).post(TOKEN, {**credentials, "code": code})  # seen over a shoulder
    assert again.json()["code"] == "code_wrong"
    person.tokens = before
    assert Client(system.url).post(TOKEN, {**credentials, "code": recovery_codes[0]}).status_code == 200


def test_it_keeps_strangers_out_of_every_service_that_a_password_opened_before(system: System) -> None:
    person, there = Person(system.url), Client(system.url)
    pair = there.post(TOKEN, {"username": person.name, "password": person.password}).json()
    turn_on(person, person.password)
    answer = there.post(f"{TOKEN}/refresh", {"refresh": pair["refresh"]})
    assert answer.json()["code"] == "session_revoked"
    addresses = ("/users/me", "/orders", "/account", "/notifications", "/watchlist")
    headers = {"Authorization": f"Bearer {pair['access']}"}
    wait(
        lambda: {there.send("GET", path, headers=headers).status_code for path in addresses} == {401},
        "an access token from before is still accepted",
        10,
    )


def test_guesses_at_the_code_end_however_many_come(system: System) -> None:
    person = Person(system.url)
    turn_on(person, person.password)
    credentials = {"username": person.name, "password": person.password}
    answers = [person.post(TOKEN, {**credentials, "code": f"guess {number}"}) for number in range(30)]
    assert {answer.status_code for answer in answers} == {400, 429}
    assert answers[-1].json()["code"] == "too_many_attempts"
    challenge = person.post(TOKEN, credentials).json()["challenge"]
    answer = person.post(f"{TOKEN}/second-factor", {"challenge": challenge, "code": "another"})
    assert answer.status_code == 429


@pytest.fixture(scope="module")
def second_operator(system: System) -> tuple[str, str]:
    """An operator for these tests alone, whose second factor is nobody else's matter."""
    name, password = f"operator-{uuid4().hex[:8]}", secrets.token_urlsafe(12)
    chosen = {"BIRZHA_OPERATOR_USERNAME": name, "BIRZHA_OPERATOR_PASSWORD": password}
    environment = child_environment(system.home.root, chosen)
    command = [sys.executable, "-m", "user_service.manage", "make_operator"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return name, password


def test_an_operators_password_opens_no_admin(system: System, second_operator: tuple[str, str]) -> None:
    name, password = second_operator
    operator = Client(system.url)
    pair = operator.post(TOKEN, {"username": name, "password": password}).json()
    early, _ = sign_in(system, name, password)
    assert early.get("/admin/trading/").status_code == 200
    operator.http.headers["Authorization"] = f"Bearer {pair['access']}"
    app, _codes = turn_on(operator, password)

    browser, asked = sign_in(system, name, password)
    assert not [cookie for cookie in browser.cookies if "operator" in cookie]
    for slug in SLUGS:
        assert browser.get(f"/admin/{slug}/").status_code == 302
        wait(
            lambda slug=slug: early.get(f"/admin/{slug}/").status_code == 302,
            f"the cookie from before opens the admin of {slug}",
            10,
        )
    fields = {**form_of(asked), "code": app.code()}
    entered = browser.post("/admin/users/login/code/", data=fields, headers={"Origin": system.url})
    assert entered.status_code == 302, entered.text[:2000]
    for slug in SLUGS:
        assert browser.get(f"/admin/{slug}/").status_code == 200
    thief, asked = sign_in(system, name, password)
    fields = {**fields, **form_of(asked)}
    thief.post("/admin/users/login/code/", data=fields, headers={"Origin": system.url})
    assert thief.get("/admin/users/").status_code == 302
