"""The story, a method a step; each prints what came back."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from functools import partial
from typing import Any

from compose.demo.client import check, has_ended, wait
from compose.demo.customer import PROMISED_S
from compose.demo.messages import (
    LEAVES_S,
    WebhookReceiver,
    calls_this_machine,
    local_home,
    mail_of,
    mailbox_of,
)
from compose.demo.resting_order import RestingOrder
from servicekit.contracts.reject_reasons import RejectCode

DEPOSIT, WITHDRAWAL = Decimal("10000.00"), Decimal("250.50")
BOUGHT, SOLD = 3, 2
#: How often a market order is placed whose price moves meanwhile.
TRIES = 10


class Story(RestingOrder):
    """Registers, tops up, searches, trades, waits in the book, withdraws, reads what happened, signs out."""

    def run(self) -> None:
        """All of it.

        Raises:
            DemoFailed: at the first thing that is not as the public contract says.
        """
        for step in (
            self.search_signed_out, self.register, self.sign_in, self.account, self.listen,
            self.deposit, self.search_signed_in, self.buy, self.positions, self.sell,
            self.trade_with_a_customer, self.withdraw, self.history, self.notifications, self.mail,
            self.webhook, self.sign_out,
        ):  # fmt: skip
            step()

    def search_signed_out(self) -> None:
        first = self.call("GET", "/instruments", params={"type": "share", "ordering": "ticker"})["results"]
        shares = [
            row
            for row in first
            if row["status"] == "open" and row["available_quantity"] >= BOUGHT * row["lot_size"]
        ]
        check(bool(shares), "no share is open for trading")
        fitting = [row for row in shares if Decimal(row["price"]) * row["lot_size"] * BOUGHT < DEPOSIT / 2]
        check(bool(fitting), f"{DEPOSIT} is not enough for {BOUGHT} lots of any share")
        share = next((row for row in fitting if row["ticker"] == "AAPL"), fitting[0])
        self.ticker, self.currency, self.lot = share["ticker"], share["currency"], share["lot_size"]
        word = share["name"].split()[0].lower()
        self.found(word, "without signing in")

    def listen(self) -> None:
        home = local_home(self.address)
        self.receiver = WebhookReceiver() if home and calls_this_machine(home) else None
        if self.receiver:
            choice = {
                "webhook_url": self.receiver.url,
                "channels": {"deposit_booked": ["email", "webhook"]},
            }
            saved = self.call("PUT", "/notification-preferences", json=choice)
            self.receiver.secret = saved["webhook_secret"]

    def deposit(self) -> None:
        self.top_up(DEPOSIT)

    def search_signed_in(self) -> None:
        self.found(self.ticker.lower(), "signed in")

    def buy(self) -> None:
        self.settled("bought", self.trade("buy", BOUGHT * self.lot))

    def trade(self, side: str, quantity: int) -> Any:
        """A filled market order, placed anew while the price moves beyond its bound, as at an opening."""
        for _ in range(TRIES):
            order = self.becomes(self.place(side, quantity), "did not end", has_ended)
            if (order["reject_reason"] or {}).get("code") != RejectCode.PRICE_MOVED:
                break
            self.print_step("price moved", order["reject_reason"]["detail"], "once more")
            self.news.append("order_rejected")
            time.sleep(1)
        return self.filled(order)

    def positions(self) -> None:
        self.position_is(BOUGHT * self.lot)

    def sell(self) -> None:
        self.settled("sold", self.trade("sell", SOLD * self.lot))
        self.position_is((BOUGHT - SOLD) * self.lot)

    def withdraw(self) -> None:
        self.send_twice("withdrawal", WITHDRAWAL)
        self.cash -= WITHDRAWAL
        self.balance_is("the withdrawal did not leave the account exactly once")
        self.print_step("withdrew", f"{WITHDRAWAL} {self.currency}", "sent twice, booked once")
        self.operations.append("withdrawal")
        self.news.append("withdrawal_booked")

    def history(self) -> None:
        rows = self.call("GET", "/operations")["results"]
        kinds = [row["type"] for row in rows]
        check(sorted(kinds) == sorted(self.operations), f"the history has {kinds}, not {self.operations}")
        total = sum(Decimal(row["amount"]) for row in rows)
        check(total == self.cash, f"the history adds up to {total}, not to the balance {self.cash}")
        latest = rows[0]["balance_after"]
        check(Decimal(latest) == self.cash, f"the newest row says {latest} was left, not {self.cash}")
        self.print_step("history", f"{len(rows)} operations that add up to {total} {self.currency}")
        for row in reversed(rows):
            self.print_line(
                f"{row['type']:<10} {row['ticker'] or '':<6} {row['amount']:>12} → {row['balance_after']}"
            )

    def notifications(self) -> None:
        wanted = sorted(self.news)

        def all_arrived() -> Any:
            page = self.call("GET", "/notifications")
            return page if sorted(row["kind"] for row in page["results"]) == wanted else None

        page = wait(f"the notifications {wanted} did not all arrive", all_arrived)
        check(page["unread_count"] == len(wanted), f"{page['unread_count']} of {len(wanted)} are unread")
        self.print_step("notifications", f"{page['unread_count']} unread")
        for row in reversed(page["results"]):
            self.print_line(row["title"])

    def mail(self) -> None:
        home = local_home(self.address)
        folder = mailbox_of(home) if home else None
        if folder is None:
            self.print_step("mailed", "not shown: the mail of this system goes elsewhere")
            return
        rows = self.call("GET", "/notifications")["results"]
        news = next(row for row in rows if row["kind"] == "deposit_booked")
        mail = wait("the mail did not leave", partial(mail_of, folder, news["id"]), LEAVES_S)
        self.print_step("mailed", f"to {mail['To']}", str(mail["Subject"]))
        self.print_line(f"all mails: {self.address}/admin/notifications/transports/mail/")

    def webhook(self) -> None:
        if self.receiver is None:
            hint = "make up BIRZHA_PRIVATE_WEBHOOKS=127.0.0.1"
            self.print_step("webhook", "none: this system calls no address of this machine", hint)
            return
        body = wait("the webhook was not called", self.receiver.first, LEAVES_S)
        self.receiver.close()
        self.print_step("webhook", json.loads(body)["type"], "signed, and the signature is right")

    def sign_out(self) -> None:
        self.call("POST", "/auth/logout", 204)
        begun = time.monotonic()
        for path in ("/users/me", "/account", "/orders", "/notifications"):
            left = max(0.1, PROMISED_S - (time.monotonic() - begun))
            wait(f"GET {path} still takes the token", partial(self.refused, path), left)
        self.print_step(
            "signed out", f"the token is refused everywhere after {time.monotonic() - begun:.2f} s"
        )
