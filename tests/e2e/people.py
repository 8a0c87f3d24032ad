"""People who use the system over HTTP, and what they must always get."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx

from servicekit.contracts.values import FINAL_STATUSES
from servicekit.testing.waiting import WAIT_S, wait

PROBLEM = {"type", "title", "status", "detail", "code", "trace_id"}


class Client:
    """Somebody without an account yet: an HTTP client that never accepts a server error.

    Paths beginning with a slash are under ``/api/v1``; others are whole addresses.
    """

    def __init__(self, url: str, *, token: str = "", **headers: str) -> None:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            given["Authorization"] = f"Bearer {token}"
        self.url = url
        self.http = httpx.Client(base_url=url, headers=given, timeout=60, verify=False)

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request. Checks what every answer has: no 5xx, an id, a well-formed problem."""
        answer = self.http.request(method, f"/api/v1{path}" if path.startswith("/") else path, **request)
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        UUID(answer.headers["X-Request-Id"])
        if answer.status_code >= 400 and path.startswith("/"):
            assert answer.headers["Content-Type"] == "application/problem+json", answer.text[:500]
            problem = answer.json()
            assert problem.keys() >= PROBLEM, problem
            assert problem["status"] == answer.status_code
            assert problem["trace_id"] == answer.headers["X-Request-Id"]
        return answer

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.send("GET", path, params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All rows of a list that comes in pages."""
        page = self.get(path, page_size=200, **params)
        found: list[dict[str, Any]] = page["results"]
        while page["next"]:
            page = self.get(page["next"])
            found += page["results"]
        return found

    def post(self, path: str, body: Any = None, *, key: str = "", **request: Any) -> httpx.Response:
        """A POST of JSON; ``key`` is its Idempotency-Key."""
        headers = request.pop("headers", {}) | ({"Idempotency-Key": key} if key else {})
        return self.send("POST", path, json=body, headers=headers, **request)


@dataclass
class Person(Client):
    """A signed-up, signed-in customer with an account of their own."""

    url: str
    name: str = field(default_factory=lambda: f"e2e-{secrets.token_hex(5)}")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    locale: str = "en"
    tokens: dict[str, Any] = field(default_factory=dict)
    id: str = ""

    def __post_init__(self) -> None:
        super().__init__(self.url, Accept_Language=self.locale)
        body = {"username": self.name, "email": self.email, "password": self.password, "locale": self.locale}
        answer = self.post("/users", body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        self.sign_in()
        wait(lambda: self.send("GET", "/account").status_code == 200, "the account did not appear")

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    def sign_in(self) -> dict[str, Any]:
        """Open a session and use it from now on."""
        answer = self.post("/auth/token", {"username": self.name, "password": self.password})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        self.http.headers["Authorization"] = f"Bearer {self.tokens['access']}"
        return self.tokens

    def deposit(self, amount: str) -> None:
        answer = self.post("/deposits", {"amount": amount}, key=str(uuid4()))
        assert answer.status_code == 201, answer.text

    def place(self, side: str, ticker: str, quantity: int, *, key: str = "") -> dict[str, Any]:
        """Place a market order that must be taken; returns it as it was answered."""
        body = {"ticker": ticker, "side": side, "type": "market", "quantity": quantity}
        answer = self.post("/orders", body, key=key or str(uuid4()))
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()
        return order

    def ended(self, order: dict[str, Any], *, seconds: float = WAIT_S) -> dict[str, Any]:
        """The order as soon as its status is final and its money is where it belongs."""

        def look() -> Any:
            now = self.get(f"/orders/{order['id']}")
            return now if now["status"] in FINAL_STATUSES else None

        final: dict[str, Any] = wait(look, f"order {order['id']} did not end", seconds)
        booked = final["filled_quantity"] > 0
        wait(lambda: self.settled(final, booked=booked), f"order {order['id']} was not settled", seconds)
        return final

    def settled(self, order: dict[str, Any], *, booked: bool) -> bool:
        """Whether no cash is held, and the order is in the history exactly if anything of it was filled."""
        booked_orders = {row["order_id"] for row in self.rows("/operations")}
        return self.cash()["held"] == "0.00" and (order["id"] in booked_orders) == booked

    def buy(self, ticker: str, quantity: int) -> dict[str, Any]:
        return self.ended(self.place("buy", ticker, quantity))

    def sell(self, ticker: str, quantity: int) -> dict[str, Any]:
        return self.ended(self.place("sell", ticker, quantity))

    def cash(self) -> dict[str, str]:
        account: dict[str, str] = self.get("/account")
        return account

    def balance(self) -> Decimal:
        return Decimal(self.cash()["balance"])

    def quantity_of(self, ticker: str) -> int:
        rows = self.get("/positions")["results"]
        return next((int(row["quantity"]) for row in rows if row["ticker"] == ticker), 0)

    def everything(self) -> dict[str, Any]:
        """All that the system keeps of this person's money and orders: to see that nothing changed."""
        return {
            "profile": self.get("/users/me"),
            "account": self.cash(),
            "operations": self.rows("/operations"),
            "orders": self.rows("/orders"),
            "positions": [
                {name: row[name] for name in ("ticker", "quantity", "held_quantity", "average_cost")}
                for row in self.get("/positions")["results"]
            ],
        }


def kept(promise_s: float, attempt: Callable[[], float]) -> None:
    """Fails when none of many attempts takes less; one that a busy machine held up says nothing.

    Args:
        promise_s: seconds.
        attempt: does it, and returns how many seconds it took.
    """
    took: list[float] = []
    end = time.monotonic() + 2 * WAIT_S
    while not took or took[-1] >= promise_s:
        assert len(took) < 5 or time.monotonic() < end, f"it takes {took} s"
        took.append(attempt())


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer that must be this one."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    document: dict[str, Any] = answer.json()
    return document


def field_codes(answer: httpx.Response) -> dict[str, str]:
    """``{field: code}`` of a 400 with bad fields."""
    assert answer.status_code == 400, answer.text
    return {error["field"]: error["code"] for error in answer.json()["errors"]}
