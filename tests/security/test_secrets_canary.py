"""A password, tokens, a cookie and an e-mail go through every flow, errors too; then everything is searched.

Where one of them may stand is written down below, with why. Everywhere else it is a leak: in a log, in a
table, in a key or value of Redis. The servers' own secrets are searched for as well.
"""

from __future__ import annotations

import base64
import json
import re
import secrets as random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg2
import pytest
import redis
from psycopg2 import sql

from compose.local import databases, secrets, valkey
from compose.local.postgres import SUPERUSER
from compose.system import SERVICES, SLUGS
from tests.e2e.authenticator import Authenticator
from tests.e2e.mailbox import mailed_token
from tests.e2e.people import Person
from tests.e2e.test_operators import sign_in
from tests.system import System

#: Tables that may hold a customer's e-mail: who owns it, who writes to people, and the events between them.
EMAIL_TABLES = {
    ("user", "accounts_user"), ("user", "accounts_accountlink"), ("user", "outbox"),
    ("notification", "delivery_contact"),
    *((service.name, table) for service in SERVICES for table in ("failed_events", "dropped_events")),
}  # fmt: skip
#: Keys of Redis that may: the same events on their way.
EMAIL_KEYS = re.compile(r"events:user")


@pytest.fixture(scope="module")
def canaries(system: System) -> dict[str, str]:
    """What went through the system, by what it is."""
    person = Person(system.url, password=f"canary-{random.token_urlsafe(18)}")
    found = {
        "password": person.password,
        "email": person.email,
        "access token": person.tokens["access"],
        "refresh token": person.tokens["refresh"],
    }
    wrong = f"wrong-{random.token_urlsafe(18)}"
    found["wrong password"] = wrong
    _use(person, wrong)
    found |= _links(system, person)
    found |= _second_factor(system)
    found |= _pages(system, person)
    found |= _operator(system, found)
    time.sleep(3)  # Envoy writes its log every second, Redis its file
    return found


def _use(person: Person, wrong: str) -> None:
    """The API: what works, what is refused, what is taken already, tokens where they do not belong."""
    person.deposit("1000.00")
    order = person.place("buy", "AAPL", 1)
    person.ended(order)
    body = {"username": person.name, "email": person.email, "password": person.password, "locale": "en"}
    person.post("/users", body)  # both are taken
    person.post("/users", {**body, "username": person.name + "2"})
    person.post("/users", {**body, "email": person.email + "\u0000"})
    person.post("/users", {**body, "username": "x" * 500})
    person.post("/users", {**body, "unknown": person.password})
    for credentials in (
        {"username": person.name, "password": wrong},
        {"username": person.email, "password": person.password},
        {"username": person.password, "password": person.name},  # typed into the wrong field
        {"username": person.name, "password": [person.password]},
    ):
        person.post("/auth/token", credentials)
    token, refresh = person.tokens["access"], person.tokens["refresh"]
    for address in ("/account", "/orders", "/nowhere", f"/orders/{uuid4()}"):
        person.send("GET", address, params={"token": token, "password": person.password})
    for header in (f"Bearer {token}x", f"Basic {token}", token, f"Bearer {refresh}"):
        person.send("GET", "/account", headers={"Authorization": header})
    person.post("/auth/token/refresh", {"refresh": refresh[:-4] + "AAAA"})
    renewed = person.post("/auth/token/refresh", {"refresh": refresh})
    if renewed.status_code == 200:
        person.post("/auth/token/refresh", {"refresh": renewed.json()["refresh"]})
    person.http.post(
        "/api/v1/users", content=json.dumps(body)[:-5], headers={"Content-Type": "application/json"}
    )
    person.sign_in()


def _links(system: System, person: Person) -> dict[str, str]:
    """The links of mails: typed where they belong, twice, on the page too, and where they do not."""
    assert person.post("/auth/password-reset", {"email": person.email}).status_code == 202
    tokens = {page: mailed_token(system, person.email, page) for page in ("confirm-email", "reset-password")}
    browser = httpx.Client(base_url=system.url, timeout=60, verify=False, headers={"Origin": system.url})
    for page, token in tokens.items():
        form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(f"/{page}").text)
        assert form
        browser.post(f"/{page}", data={"csrfmiddlewaretoken": form[1], "token": token, "new_password": "x"})
        for body in ({"token": token}, {"token": token + "x"}, {"token": [token]}, {"unknown": token}):
            person.post("/auth/email-confirmation", body)
        person.post("/auth/password-reset/confirm", {"token": token, "new_password": "short"})
    return {f"link to {page}": token for page, token in tokens.items()}


def _second_factor(system: System) -> dict[str, str]:
    """A secret of an app, a recovery code and a challenge, where they belong and where they do not."""
    person = Person(system.url)
    secret = person.get("/users/me/second-factor")["new_secret"]
    app = Authenticator(secret)
    body = {"secret": secret, "code": app.code(), "password": person.password}
    for wrong in ({"code": "000"}, {"secret": secret[:-1]}, {"password": "x"}, {"surprise": secret}):
        person.post("/users/me/second-factor", {**body, **wrong})
    codes = person.post("/users/me/second-factor", body).json()["recovery_codes"]
    credentials = {"username": person.name, "password": person.password}
    challenge = person.post("/auth/token", credentials).json()["challenge"]
    for code in (secret, codes[0], codes[0], app.code()):
        person.post("/auth/token/second-factor", {"challenge": challenge, "code": code})
    person.post("/auth/token", {**credentials, "code": codes[1], "replaces": codes[2]})
    person.send("GET", "/users/me", params={"code": codes[2], "secret": secret, "challenge": challenge})
    raw = base64.b32decode(secret)
    return {
        "app's secret": secret, "app's secret in hexadecimal": raw.hex(), "used recovery code": codes[0],
        "recovery code": codes[3], "recovery code without its signs": codes[4].replace("-", ""),
        "challenge": challenge,
    }  # fmt: skip


def _pages(system: System, person: Person) -> dict[str, str]:
    """The pages: a sign-in that fails, one that works, a form without its token, a page that is not there."""
    browser = httpx.Client(base_url=system.url, timeout=60, verify=False, headers={"Origin": system.url})
    form = browser.get("/sign-in")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "username": person.name, "password": person.password}
    browser.post("/sign-in", data={**fields, "password": "wrong"})
    browser.post("/sign-in", data={**fields, "csrfmiddlewaretoken": "no"})
    answer = browser.post("/sign-in", data=fields)
    assert answer.status_code in {302, 303}, answer.text[:500]
    for address in ("/", "/account", "/orders", "/history", "/nowhere", f"/orders/{uuid4()}"):
        browser.get(address, params={"next": person.email})
    opaque = {cookie.name: cookie.value for cookie in browser.cookies.jar if cookie.value}
    session = next(value for name, value in opaque.items() if "session" in name)
    return {"session cookie": session}


def _operator(system: System, found: dict[str, str]) -> dict[str, str]:
    """The admins: every list, asked by what must not be told."""
    settings = system.settings_of("operator")
    password = settings["BIRZHA_OPERATOR_PASSWORD"]
    browser, answer = sign_in(system, settings["BIRZHA_OPERATOR_USERNAME"], password)
    assert answer.status_code == 302
    sign_in(system, settings["BIRZHA_OPERATOR_USERNAME"], found["wrong password"])
    for slug in SLUGS:
        for page in re.findall(
            rf'href="(/admin/{slug}/[a-z_]+/[a-z_]+/)"', browser.get(f"/admin/{slug}/").text
        ):
            browser.get(page, params={"q": found["email"], "password__startswith": found["password"]})
    cookie = next(value for name, value in browser.cookies.items() if "operator" in name)
    return {"operator's password": password, "operator's cookie": cookie}


def spellings(secret: str) -> set[str]:
    """As it stands, and as an address spells it."""
    return {secret, httpx.QueryParams({"": secret}).__str__()[1:]}


def logs(home_log: Path) -> Iterator[tuple[str, str]]:
    for file in home_log.iterdir():
        if file.is_file() and not file.name.startswith("tests-"):  # pytest's own, of this very run
            with suppress(FileNotFoundError):  # it has been rotated meanwhile
                yield file.name, file.read_text(encoding="utf-8", errors="replace")


def test_no_log_holds_any(system: System, canaries: dict[str, str]) -> None:
    own = {name: value for name, value in secrets.load(system.home).items() if name != "operator"}
    found = [
        f"{name}: the {kind}"
        for name, text in logs(system.home.log)
        for kind, secret in (canaries | own).items()
        if any(spelling in text for spelling in spellings(secret))
    ]
    assert not found
    for name, text in logs(system.home.log):
        assert "argon2" not in text, name
        assert "PRIVATE KEY" not in text, name


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_no_table_holds_any(system: System, canaries: dict[str, str], service: str) -> None:
    passwords = secrets.load(system.home)
    own = {name: value for name, value in passwords.items() if name != "operator"}
    connection = databases.connect(
        system.home, role=SUPERUSER, password=passwords[SUPERUSER], database=service
    )
    found, tables = [], _tables(connection)
    assert len(tables) > 10
    for schema, table in tables:
        for kind, secret in (canaries | own).items():
            if kind == "email" and (service, table) in EMAIL_TABLES:
                continue
            with connection.cursor() as cursor:
                query = sql.SQL("SELECT count(*) FROM {}.{} AS row WHERE strpos(row::text, %s) > 0")
                cursor.execute(query.format(sql.Identifier(schema), sql.Identifier(table)), [secret])
                if cursor.fetchone()[0]:
                    found.append(f"{schema}.{table}: the {kind}")
    connection.close()
    assert not found


def _tables(connection: psycopg2.extensions.connection) -> list[tuple[str, str]]:
    """Every table with rows of ours; PostgreSQL's own hold hashes of the roles' passwords."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, relname FROM pg_stat_user_tables WHERE relname NOT LIKE 'daily_price%'"
        )
        return list(cursor.fetchall())


def test_redis_holds_none(system: System, canaries: dict[str, str]) -> None:
    passwords = secrets.load(system.home)
    found = []
    servers = [getattr(valkey, name) for name in ("EVENTS", "SESSIONS")]
    for server in servers:
        url = valkey.url(system.home, "admin", passwords["redis.admin"], server)
        with redis.Redis.from_url(url) as admin:
            for key in admin.scan_iter(count=1000):
                text = key.decode(errors="replace") + _value(admin, key)
                for kind, secret in canaries.items():
                    if kind == "email" and EMAIL_KEYS.fullmatch(key.decode()):
                        continue
                    if secret in text:
                        found.append(f"{server.name} {key[:20]!r}: the {kind}")
    assert not found


def _value(admin: redis.Redis, key: bytes) -> str:
    read: dict[bytes, Callable[[bytes], object]] = {
        b"string": admin.get,
        b"hash": admin.hgetall,
        b"set": admin.smembers,
        b"list": lambda key: admin.lrange(key, 0, -1),
        b"zset": lambda key: admin.zrange(key, 0, -1),
        b"stream": admin.xrange,
    }
    kind = admin.type(key)
    return str(read[kind](key)) if kind != b"none" else ""  # it has expired meanwhile


def test_the_search_finds_what_is_there(system: System, canaries: dict[str, str]) -> None:
    """A search that looked in the wrong place would find nothing either."""
    assert len(canaries) == 16
    assert all(len(secret) > 15 for secret in canaries.values())
    passwords = secrets.load(system.home)
    connection = databases.connect(
        system.home, role=SUPERUSER, password=passwords[SUPERUSER], database="user"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM accounts_user AS row WHERE strpos(row::text, %s) > 0", [canaries["email"]]
        )
        assert cursor.fetchone()[0] == 1
    connection.close()
    names = [name for name, _ in logs(system.home.log)]
    assert {"postgres.log", "gateway.log", "user.log", "web.log", "redis.log"} <= set(names)
