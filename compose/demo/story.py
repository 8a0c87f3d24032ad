"""The story, a method a step; each prints what came back."""

from __future__ import annotations

import secrets
import time
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from compose.demo.client import Person, check, wait

DEPOSIT, WITHDRAWAL = Decimal("10000.00"), Decimal("250.50")
BOUGHT, SOLD = 3, 2
#: Seconds within which the public contract promises the account, and the end of a signed-out token.
PROMISED = 2.0


class Story(Person):
    """Registers, tops up, searches, buys, sells, withdraws, reads history and notifications, signs out."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.name = f"demo-{secrets.token_hex(4)}"
        self.password = secrets.token_urlsafe(16)

    def tell(self) -> None:
        """All of it.

        Raises:
            DemoFailed: at the first thing that is not as the public contract says.
        """
        for step in (
            self.search_signed_out, self.register, self.sign_in, self.account, self.deposit,
            self.search_signed_in, self.buy, self.positions, self.sell, self.withdraw, self.history,
            self.notifications, self.sign_out,
        ):  # fmt: skip
            step()

    def search_signed_out(self) -> None:
        first = self.call("GET", "/instruments", params={"type": "share", "ordering": "ticker"})["results"]
        shares = [row for row in first if row["status"] == "open" and row["available_quantity"] >= BOUGHT]
        check(bool(shares), "no share is open for trading")
        share = next((row for row in shares if row["ticker"] == "AAPL"), shares[0])
        self.ticker = share["ticker"]
        word = share["name"].split()[0].lower()
        self.found(word, "without signing in")

    def register(self) -> None:
        body = {"username": self.name, "email": f"{self.name}@example.com", "password": self.password}
        profile = self.call("POST", "/users", 201, json=body)
        check(profile["username"] == self.name, f"registered {self.name}, but got {profile['username']}")
        self.told("registered", self.name, f"user {profile['id']}")

    def sign_in(self) -> None:
        pair = self.call("POST", "/auth/token", json={"username": self.name, "password": self.password})
        self.http.headers["Authorization"] = f"Bearer {pair['access']}"
        self.told("signed in", f"a {pair['token_type']} token for {pair['expires_in']} s")

    def account(self) -> None:
        begun = time.monotonic()
        wait("the account did not appear", self.account_or_none, PROMISED)
        self.balance_is("a new account is not empty")
        self.told("account opened", f"after {time.monotonic() - begun:.2f} s", "balance 0.00 USD")

    def deposit(self) -> None:
        body = {"amount": str(DEPOSIT), "currency": "USD"}
        key = {"Idempotency-Key": str(uuid4())}
        self.call("POST", "/deposits", 201, json=body, headers=key)
        again = self.send("POST", "/deposits", json=body, headers=key)
        replayed = again.headers.get("Idempotency-Replayed") == "true"
        check(again.status_code == 201 and replayed, "the same deposit sent twice was not recognised")
        self.cash += DEPOSIT
        self.balance_is("the deposit is not in the account exactly once")
        self.told("topped up", f"{DEPOSIT} USD", "sent twice, booked once")

    def search_signed_in(self) -> None:
        self.found(self.ticker.lower(), "signed in")

    def buy(self) -> None:
        order = self.order("buy", BOUGHT)
        self.cash -= Decimal(order["amount"]) + Decimal(order["fee"])
        self.settled("bought", order)

    def positions(self) -> None:
        self.position_is(BOUGHT)

    def sell(self) -> None:
        order = self.order("sell", SOLD)
        self.cash += Decimal(order["amount"]) - Decimal(order["fee"])
        self.settled("sold", order)
        self.position_is(BOUGHT - SOLD)

    def withdraw(self) -> None:
        body = {"amount": str(WITHDRAWAL), "currency": "USD"}
        key = {"Idempotency-Key": str(uuid4())}
        self.call("POST", "/withdrawals", 201, json=body, headers=key)
        again = self.send("POST", "/withdrawals", json=body, headers=key)
        replayed = again.headers.get("Idempotency-Replayed") == "true"
        check(again.status_code == 201 and replayed, "the same withdrawal sent twice was not recognised")
        self.cash -= WITHDRAWAL
        self.balance_is("the withdrawal did not leave the account exactly once")
        self.told("withdrew", f"{WITHDRAWAL} USD", "sent twice, booked once")

    def history(self) -> None:
        rows = self.call("GET", "/operations")["results"]
        kinds = [row["type"] for row in rows]
        wanted = ["buy", "deposit", "fee", "fee", "sell", "withdrawal"]
        check(sorted(kinds) == wanted, f"the history has {kinds}")
        total = sum(Decimal(row["amount"]) for row in rows)
        check(total == self.cash, f"the history adds up to {total}, not to the balance {self.cash}")
        latest = rows[0]["balance_after"]
        check(Decimal(latest) == self.cash, f"the newest row says {latest} was left, not {self.cash}")
        self.told("history", f"{len(rows)} operations that add up to {total} USD")
        for row in reversed(rows):
            self.shown(
                f"{row['type']:<10} {row['ticker'] or '':<6} {row['amount']:>12} → {row['balance_after']}"
            )

    def notifications(self) -> None:
        wanted = ["deposit_booked", "order_filled", "order_filled", "welcome", "withdrawal_booked"]

        def all_told() -> Any:
            page = self.call("GET", "/notifications")
            return page if sorted(row["kind"] for row in page["results"]) == wanted else None

        page = wait("the five notifications did not all arrive", all_told)
        check(page["unread_count"] == len(wanted), f"{page['unread_count']} of {len(wanted)} are unread")
        self.told("notifications", f"{page['unread_count']} unread")
        for row in reversed(page["results"]):
            self.shown(row["title"])

    def sign_out(self) -> None:
        self.call("POST", "/auth/logout", 204)
        begun = time.monotonic()
        for path in ("/users/me", "/account", "/orders", "/notifications"):
            left = max(0.1, PROMISED - (time.monotonic() - begun))
            wait(f"GET {path} still takes the token", partial(self.refused, path), left)
        self.told("signed out", f"the token is refused everywhere after {time.monotonic() - begun:.2f} s")
