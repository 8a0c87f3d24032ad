"""The API's documentation is true: its examples work as they stand, its errors lead to their explanation."""

from __future__ import annotations

import ast
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from compose.local.paths import ROOT
from gateway.config.source import Gateway, load
from tests.e2e.authenticator import Authenticator
from tests.e2e.people import Client, Person, wait
from tests.e2e.test_schemas import EACH, ENDPOINTS, document_of, operations_of

#: Refusals that only operators, commands and workers meet: no problem document ever has them.
NOT_OF_THE_API = {
    "account_not_frozen", "already_reversed", "reversal_not_covered", "settlement_not_reversible",
    "fill_not_covered", "hold_changed", "no_customers_account", "catalogue_invalid", "prices_invalid",
    "instruments_invalid",
    "delivery_not_failed",
    "only_replayed", "speed_invalid", "replay_day_invalid",
    "changed_meanwhile", "price_invalid", "half_spread_invalid", "session_has_ended", "api_key_is_revoked",
    "not_yourself", "second_factor_missing",
    "too_many_recipients", "recipients_unknown", "news_not_draft", "news_has_ended",
    "user_closed", "user_disabled", "account_closed",
    "dividend_invalid", "split_invalid", "split_out_of_range", "quantities_unclear", "being_split",
    "action_exists", "action_running",
}  # fmt: skip
#: In the detail of validation_failed, beside their field; never a problem's own code.
OF_FIELDS = {"invalid_choice"}
#: The gateway's refusals that stand under a word.
OF_WORDS = {"exports": 429, "other": 400}
#: What is asked for a code of the second factor.
WITH_A_CODE = ("/second-factor", "/recovery-codes", "/off")
#: Codes of an order's reject_reason.
OF_ORDERS = {"timed_out", "price_moved", "insufficient_position"}


# ── Examples ────────────────────────────────────────────────────────────────────────────────────


def examples_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each body that stands in the document: operation, name, value."""
    for name, operation in operations_of(document).items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for title, example in content.get("examples", {}).items():
                yield name, title, example["value"]


@EACH
def test_every_body_has_an_example(visitor: Client, slug: str) -> None:
    document = document_of(visitor, slug)
    wanted = {name for name, operation in operations_of(document).items() if "requestBody" in operation}
    assert {name for name, _, _ in examples_of(document)} == wanted


def test_examples_work_as_they_stand(visitor: Client, new_person: Any) -> None:
    """In the order in which a newcomer tries them: sign up, sign in, top up, buy; out at last."""
    found = [example for slug in ENDPOINTS for example in examples_of(document_of(visitor, slug))]
    steps = [
        "users",
        "token",
        "second-factor",
        "recovery-codes",
        "off",
        "refresh",
        "me",
        "email",
        "email-confirmation",
        "password-reset",
        "confirm",
        "api-keys",
        "api-key",
        "deposits",
        "withdrawals",
        "orders",
        "replace",
        "cancel-all",
        "alerts",
        "read-all",
        "notification-preferences",
        "closing",
        "password",
        "revoke",
    ]
    found.sort(key=lambda example: (steps.index(example[0].rsplit("/", 1)[-1]), "/auth/" in example[0]))
    anna = Client(visitor.url)
    answers: dict[str, Any] = {}
    proofs = codes_for(anna, answers)
    next(proofs)
    for name, _, body in found:
        method, path = name.removesuffix("/").split(" ")
        if path.endswith(("/refresh", "/revoke")):
            body = {"refresh": answers["/api/v1/auth/token"]["refresh"]}
        if path.endswith("/api-key"):
            body = {"api_key": answers["/api/v1/users/me/api-keys"]["key"]}
        if path.endswith("/replace"):
            path = path.format(order_id=resting(anna, found))
        if path.endswith(WITH_A_CODE):  # theirs are in an app
            body = {**body, **proofs.send(path)}
        answer = anna.http.request(method, path, json=body, headers={"Idempotency-Key": str(uuid4())})
        if path == "/api/v1/users" and answer.status_code == 400:  # an earlier run's
            assert {error["code"] for error in answer.json()["errors"]} == {"username_taken", "email_taken"}
            continue
        if path.endswith(("/email-confirmation", "/confirm")):  # theirs is in a mail
            assert answer.json()["code"] == "link_invalid", f"{name} {body}: {answer.text}"
            continue
        assert answer.is_success, f"{name} {body}: {answer.text}"
        answers[path] = answer.json() if answer.content else {}
        if "refresh" in answers[path] and not path.endswith(WITH_A_CODE):  # a person's, not a program's
            anna.http.headers["Authorization"] = f"Bearer {answers[path]['access']}"
        if path.endswith("/password"):  # as it was, for the next run
            back = {"old_password": body["new_password"], "new_password": body["old_password"]}
            assert anna.post("/users/me/password", back).status_code == 204


def codes_for(anna: Client, answers: dict[str, Any]) -> Generator[dict[str, str], str, None]:
    """For each address that wants a code what anna's app or paper says, in the order of the steps."""
    own = "/api/v1/users/me/second-factor"
    path = yield {}
    while True:
        if path == own:
            app = Authenticator(anna.get("/users/me/second-factor")["new_secret"])
            path = yield {"secret": app.secret, "code": app.code()}
        elif path.endswith("/auth/token/second-factor"):
            body = {"username": "anna", "password": "three-green-apples"}
            asked = Client(anna.url).post("/auth/token", body).json()
            path = yield {"challenge": asked["challenge"], "code": answers[own]["recovery_codes"][0]}
        else:
            codes = answers.get(f"{own}/recovery-codes", answers[own])["recovery_codes"]
            path = yield {"code": codes[1]}


def resting(person: Client, found: list[tuple[str, str, dict[str, Any]]]) -> str:
    """The id of a limit order of the documentation that waits in the book, with the money that it takes, and
    that the orders before it may still hold."""
    money = {"amount": "5000.00", "currency": "USD"}
    assert person.post("/deposits", money, key=str(uuid4())).status_code == 201
    body = next(body for _, _, body in found if body.get("time_in_force") == "gtc")
    order_id = str(person.post("/orders", body, key=str(uuid4())).json()["id"])
    wait(lambda: person.get(f"/orders/{order_id}")["rested_at"], "the order does not rest")
    return order_id


# ── Errors ──────────────────────────────────────────────────────────────────────────────────────


def codes_in_the_sources() -> dict[str, int]:
    """Every code that a problem document can have, with its status; 400 where a field is refused."""
    found: dict[str, int] = {}
    for package in ("servicekit", *sorted(path.name for path in ROOT.glob("*_service"))):
        for file in (ROOT / package).rglob("*.py"):
            if not {"tests", "testing", "migrations", "management", "admin"} & {*file.parts, file.stem}:
                found |= dict(_codes(file))
    problems = yaml.safe_load((ROOT / "gateway" / "problems.yaml").read_text(encoding="utf-8"))
    for key, problem in problems.items():
        status = int(word) if (word := str(key).partition(" ")[0]).isdecimal() else OF_WORDS[word]
        found.setdefault(problem["code"], problem.get("status", status))
    return found


def _codes(file: Path) -> Iterator[tuple[str, int]]:
    """What stands as ``code = …`` in a class, ``code=`` or ``error_code=`` in a call, or in a FieldError."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            own = {
                part.targets[0].id: part.value.value
                for part in node.body
                if isinstance(part, ast.Assign)
                and isinstance(part.targets[0], ast.Name)
                and isinstance(part.value, ast.Constant)
            }
            if "code" in own:
                yield str(own["code"]), int(str(own.get("status", 400)))
        elif isinstance(node, ast.Call):
            named = {word.arg: word.value for word in node.keywords}
            status = named.get("status")
            for word in ("code", "error_code"):
                if isinstance(code := named.get(word), ast.Constant):
                    yield str(code.value), status.value if isinstance(status, ast.Constant) else 400
            is_field = isinstance(node.func, ast.Name) and node.func.id == "FieldError"
            if is_field and isinstance(node.args[1], ast.Constant):
                yield str(node.args[1].value), 400


@pytest.fixture(scope="module")
def explained(visitor: Client) -> dict[str, int]:
    """Code → status, as the page says."""
    page = visitor.http.get("/api/docs/", headers={"Accept-Language": "en"}).text
    found = re.findall(r'<div id="([a-z_]+)"><dt><code>\1</code> <span>(\d+)</span></dt><dd>\S', page)
    return {code: int(status) for code, status in found}


def test_every_code_is_explained(explained: dict[str, int]) -> None:
    codes = codes_in_the_sources()
    assert len(codes) > 50
    assert set(codes) - NOT_OF_THE_API - OF_FIELDS - OF_ORDERS <= set(explained)


def test_every_code_has_the_documented_status(explained: dict[str, int]) -> None:
    codes = codes_in_the_sources()
    assert {code: codes[code] for code in codes if code in explained} == {
        code: status for code, status in explained.items() if code in codes
    }


def test_the_page_explains_in_russian_too(visitor: Client) -> None:
    page = visitor.http.get("/api/docs/", headers={"Accept-Language": "ru"}).text
    texts = re.findall(r"</dt><dd>(.+?)</dd>", page)
    assert len(texts) > 50
    assert [text for text in texts if not re.search("[а-яё]", text)] == []


def test_an_errors_type_leads_to_its_explanation(person: Person, explained: dict[str, int]) -> None:
    for answer in (
        person.send("GET", "/orders/1"),
        person.send("GET", "/instruments?page=0"),
        person.post("/orders", {}),
        Client(person.url).send("GET", "/orders"),  # the gateway's own
        person.send("POST", "/deposits", content=b"x" * 2_000_000),
    ):
        problem = answer.json()
        page, _, anchor = problem["type"].partition("#")
        assert person.http.get(page).status_code == 200
        assert anchor == problem["code"]
        assert anchor in explained


# ── Who may call, and what is not there ─────────────────────────────────────────────────────────


@EACH
def test_a_token_is_documented_where_the_gateway_requires_one(visitor: Client, slug: str) -> None:
    gateway = load()
    for name, operation in operations_of(document_of(visitor, slug)).items():
        security = operation["security"]
        documented = "ignored" if not security else "optional" if {} in security else "required"
        assert documented == _rule(gateway, name.split(" ")[1]), name


def _rule(gateway: Gateway, path: str) -> str:
    """The token rule of the first route that matches."""
    for route in gateway.routes:
        if path == route.match or (not route.exact and path.startswith(f"{route.match}/")):
            return route.token
    return gateway.fallback.token
