"""Customers who remember what they asked for and what they were told."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from servicekit.contracts.values import FINAL_STATUSES
from tests.faults.client import RETRY_FOR_S, ApiConnection, Call
from tests.faults.pages import sign_in_and_out

#: Seconds that a customer waits for an answer who knows that the system is well: others may keep its machine
#: busy, and a password that is given up is hashed anew.
WELL_S = 60.0
#: The list of the orders that have not ended.
OPEN_ORDERS = "/orders?status=accepted,working,partially_filled"


@dataclass
class Intent:
    """Something that a customer wants once, under a key of its own: an order, another in an order's place, a
    deposit or a withdrawal.

    Attributes:
        calls: every time it was sent.
    """

    path: str
    body: dict[str, Any]
    key: str
    calls: list[Call] = field(default_factory=list)

    @property
    def confirmed(self) -> list[Any]:
        """Every answer of success, in the order in which they came."""
        return [call.answer for call in self.calls if call.outcome == "ok"]

    @property
    def open(self) -> bool:
        """Whether the customer cannot know yet if it happened."""
        return not self.confirmed and not any(call.outcome == "refused" for call in self.calls)


class Customer:
    """A customer with an account of their own.

    Attributes:
        intents: every order, replacement, deposit and withdrawal, by key.
        cancels: every intent to cancel an order that is still without a response, by order id.
        cancel_requested: the ids of the orders whose cancel request was confirmed.
        names: the display names tried, the last one of which (or an unanswered later one) must stand.
        alerts: every attempt to set a price alert.
        seen: order id → what was last read of it.
        broken: promises that were seen broken while they traded.
    """

    def __init__(self, url: str, *, seed: str) -> None:
        self.url, self.connection = url, ApiConnection(url)
        self.random = Random(seed)
        self.name = f"faults-{secrets.token_hex(6)}"
        self._password = secrets.token_urlsafe(12)
        self.intents: dict[str, Intent] = {}
        self.cancels: dict[str, Call] = {}
        self.cancel_requested: set[str] = set()
        self.names: list[Call] = []
        self.alerts: list[Call] = []
        self.seen: dict[str, dict[str, Any]] = {}
        self.broken: list[str] = []
        self.calls = 0

    # -- getting in ---------------------------------------------------------------------------

    def open_account(self, amount: str = "") -> None:
        """Register, sign in and wait for the account, on a system that is well.

        Args:
            amount: USD to begin with; nothing: a random one.
        """
        self.register()
        self.must(lambda: self.connection.call("GET", "/account"))
        intent = self.intent(
            "/deposits", {"amount": amount or f"{self.random.randint(5000, 9000)}.00", "currency": "USD"}
        )
        self.must(lambda: self.send(intent))

    def register(self) -> None:
        """Register and sign in, on a system that is well."""
        body = {"username": self.name, "email": f"{self.name}@example.com", "password": self._password}
        lost: list[Call] = []

        def attempt() -> Call:
            call = self.connection.call("POST", "/users", body, timeout_s=WELL_S)
            if call.status == 400 and lost:
                call.status = 201  # the name is taken by an earlier attempt, whose answer was lost
            if call.outcome == "unknown":
                lost.append(call)
            return call

        self.must(attempt)
        self.must(lambda: self.sign_in(timeout_s=WELL_S))

    def sign_in(self, *, timeout_s: float = RETRY_FOR_S) -> Call:
        """Open a session; the token is used from then on."""
        body = {"username": self.name, "password": self._password}
        call = self.connection.call("POST", "/auth/token", body, timeout_s=timeout_s)
        if call.outcome == "ok":
            self.connection.token = call.answer["access"]
        return call

    def close_account(self) -> None:
        """Want the account, which is empty, closed; whoever does not answer is asked again."""
        self.must(lambda: self.connection.call("POST", "/users/me/closing", {"password": self._password}))

    def is_closed(self) -> bool:
        """Whether neither the session nor the password is of any use any more."""
        refused = self.connection.call("GET", "/users/me").status == 401
        return refused and self.sign_in().status == 401

    def pages_sign_in_and_out(self) -> str:
        """In a browser of their own; see :func:`pages.sign_in_and_out`."""
        return sign_in_and_out(self.url, self.name, self._password)

    def must(self, attempt: Callable[[], Call], *, seconds: float = 120) -> Call:
        """Try until it succeeds.

        Raises:
            AssertionError: not within the time, or it never will; says what was answered last.
        """
        end = time.monotonic() + seconds
        while (call := attempt()).outcome != "ok":
            hopeless = call.status in (400, 422) or time.monotonic() > end
            assert not hopeless, f"{self.name}: no success within {seconds:.0f} s: {call}"
            if call.status == 401:
                self.sign_in()
            time.sleep(0.1)
        return call

    # -- intents -------------------------------------------------------------------------------

    def intent(self, path: str, body: dict[str, Any]) -> Intent:
        """A new intent with a key of its own."""
        key = str(UUID(int=self.random.getrandbits(128)))
        return self.intents.setdefault(key, Intent(path, body, key))

    def order(self, side: str, ticker: str, quantity: int, **more: str) -> Intent:
        """A new market order, or another by its ``type`` among ``more``."""
        body = {"ticker": ticker, "side": side, "type": "market", "quantity": quantity, **more}
        return self.intent("/orders", body)

    def replacement(self, order_id: str, **terms: Any) -> Intent:
        """Another quantity or limit in an order's place."""
        return self.intent(f"/orders/{order_id}/replace", terms)

    def send(
        self, intent: Intent, *, connection: ApiConnection | None = None, timeout_s: float = RETRY_FOR_S
    ) -> Call:
        """Send an intent, once more perhaps.

        Args:
            connection: another connection, when several send it at once.
        """
        call = (connection or self.connection).call(
            "POST", intent.path, intent.body, key=intent.key, timeout_s=timeout_s
        )
        intent.calls.append(call)
        self.calls += 1
        if call.outcome == "ok" and intent.path.endswith("/replace"):
            self.cancel_requested.add(call.answer["id"])
        return call

    def look(self, path: str) -> Call:
        """Read, and see that nothing final has changed and nothing promised is missing."""
        call = self.connection.call("GET", path)
        self.calls += 1
        order_id = path.removeprefix("/orders/")
        if order_id in self.seen and call.status == 404:
            self.broken.append(f"an acknowledged order is not found: {call}")
        if path.startswith("/orders/") and call.outcome == "ok":
            self.note(call.answer)
        if path == "/account" and call.outcome == "ok":
            balance, held = (float(call.answer[name]) for name in ("balance", "held"))
            if not 0 <= held <= balance:
                self.broken.append(f"less than nothing in the account: {call.answer}")
        return call

    def note(self, order: dict[str, Any]) -> None:
        """Remember an order as it was read; final is final, and what was filled stays filled."""
        before = self.seen.get(order["id"])
        if before:
            facts = ("status", "filled_quantity", "amount", "fee")
            if before["status"] in FINAL_STATUSES and any(before[fact] != order[fact] for fact in facts):
                self.broken.append(f"a final order has changed: {before} → {order}")
            if before["filled_quantity"] > order["filled_quantity"]:
                self.broken.append(f"less is filled than before: {before} → {order}")
        self.seen[order["id"]] = order

    def cancel(self, order_id: str) -> Call:
        """Ask for an order back; remember it while the answer is open."""
        call = self.connection.call("POST", f"/orders/{order_id}/cancel")
        self.calls += 1
        if call.status == 404:
            self.broken.append(f"an acknowledged order is not found: {call}")
        if call.outcome == "unknown":
            self.cancels[order_id] = call
        else:
            self.cancels.pop(order_id, None)
        if call.outcome == "ok":
            self.cancel_requested.add(order_id)
        return call

    def cancel_all(self, ticker: str | None = None) -> Call:
        """Ask for all that is open back; then see that nothing acknowledged before was passed over.

        Args:
            ticker: only those of this instrument.
        """
        known = set(self.seen)
        call = self.connection.call("POST", "/orders/cancel-all", {"ticker": ticker} if ticker else {})
        self.calls += 1
        if call.outcome != "ok":
            return call
        self.cancel_requested.update(call.answer["ids"])
        left = self.look(f"{OPEN_ORDERS}&page_size=200" + (f"&ticker={ticker}" if ticker else ""))
        for order in left.answer["results"] if left.outcome == "ok" else ():
            if order["id"] in known and order["cancel_requested_at"] is None:
                self.broken.append(f"all cancels were requested, but not of {order}")
        return call

    # -- afterwards ---------------------------------------------------------------------------

    def resolve(self, end: float) -> int:
        """Send what is open again, each with its own key, until it is known what became of it.

        Args:
            end: by the monotonic clock.

        Returns:
            How many were open.

        Raises:
            AssertionError: not all by then.
        """
        unknown = [intent for intent in self.intents.values() if intent.open]
        for intent in unknown:
            while intent.open:
                assert time.monotonic() < end, f"{self.name}: never decided: {intent.calls[-1:]}"
                if self.send(intent).status == 401:
                    self.sign_in()
                if intent.open:
                    time.sleep(0.2)
        for order_id in list(self.cancels):
            while order_id in self.cancels:
                assert time.monotonic() < end, f"{self.name}: never decided: {self.cancels[order_id]}"
                if self.cancel(order_id).status == 401:
                    self.sign_in()
                if order_id in self.cancels:
                    time.sleep(0.2)
        return len(unknown)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """All rows of a list that comes in pages, on a system that is well."""
        found: list[dict[str, Any]] = []
        following: str | None = f"{path}{'&' if '?' in path else '?'}page_size=200"
        while following:
            address = following.partition("/api/v1")[2] or following
            page = self.must(lambda address=address: self.connection.call("GET", address)).answer
            found += page["results"]
            following = page.get("next")
        return found

    def unfinished(self, *, resting: bool = False) -> list[dict[str, Any]]:
        """The orders that have not ended.

        Args:
            resting: what waits in the book, and was not canceled, has not ended either.
        """
        rows = self.rows(OPEN_ORDERS)
        return [row for row in rows if resting or not row["rested_at"] or row["cancel_requested_at"]]
