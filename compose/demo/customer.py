"""A new user, until they have money to trade with."""

from __future__ import annotations

import secrets
import time
from decimal import Decimal
from uuid import uuid4

from compose.demo.client import Person, check, wait

#: Seconds within which the public contract promises the account, and the end of a signed-out token.
PROMISED_S = 2.0


class Customer(Person):
    """Registers, signs in, is given an account and tops it up."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.name = f"demo-{secrets.token_hex(4)}"
        self.password = secrets.token_urlsafe(16)

    def register(self) -> None:
        body = {"username": self.name, "email": f"{self.name}@example.com", "password": self.password}
        profile = self.call("POST", "/users", 201, json=body)
        check(profile["username"] == self.name, f"registered {self.name}, but got {profile['username']}")
        self.print_step("registered", self.name, f"user {profile['id']}")
        self.news.append("welcome")

    def sign_in(self) -> None:
        pair = self.call("POST", "/auth/token", json={"username": self.name, "password": self.password})
        self.http.headers["Authorization"] = f"Bearer {pair['access']}"
        self.print_step("signed in", f"a {pair['token_type']} token for {pair['expires_in']} s")

    def account(self) -> None:
        begun = time.monotonic()
        wait("the account did not appear", self.account_or_none, PROMISED_S)
        self.balance_is("a new account is not empty")
        self.print_step(
            "account opened", f"after {time.monotonic() - begun:.2f} s", f"balance 0.00 {self.currency}"
        )

    def top_up(self, amount: Decimal) -> None:
        self.send_twice("deposit", amount)
        self.cash += amount
        self.balance_is("the deposit is not in the account exactly once")
        self.print_step("topped up", f"{amount} {self.currency}", "sent twice, booked once")
        self.operations.append("deposit")
        self.news.append("deposit_booked")

    def send_twice(self, what: str, amount: Decimal) -> None:
        """Ask for a deposit or a withdrawal twice under one key: the second answer is the first one again."""
        body = {"amount": str(amount), "currency": self.currency}
        key = {"Idempotency-Key": str(uuid4())}
        self.call("POST", f"/{what}s", 201, json=body, headers=key)
        again = self.send("POST", f"/{what}s", json=body, headers=key)
        replayed = again.headers.get("Idempotency-Replayed") == "true"
        check(again.status_code == 201 and replayed, f"the same {what} sent twice was not recognised")
