"""A dividend in the whole system: announced by an operator, paid to those who held, shown and told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.e2e.people import Person, wait
from tests.faults.target import Target
from tests.system import System

NewPerson = Callable[..., Person]

#: Nobody else's test trades in it.
TICKER = "EURSIM"
PER_UNIT = Decimal("0.005")


def paid(person: Person) -> list[dict[str, Any]]:
    return person.rows("/operations", type="dividend")


def test_holders_are_paid_once_and_notified(system: System, new_person: NewPerson) -> None:
    # given two holders, one of whom has sold all of it, and somebody with too little for a cent
    ann, bob, cid = new_person(deposit="5000.00"), new_person(deposit="5000.00"), new_person(deposit="100.00")
    for person, quantity in ((ann, 7), (bob, 3), (cid, 1)):
        assert person.buy(TICKER, quantity)["status"] == "filled"
    assert bob.sell(TICKER, 3)["status"] == "filled"
    wait(lambda: ann.cash()["held"] == "0.00", "the buy is not settled")
    before = ann.balance()
    # when the dividend's day is there
    Target(system.url, system.home).announce_dividends([TICKER], PER_UNIT)
    # then who holds is paid, rounded down to the cent: in the history, in the cash and in the news
    (row,) = wait(lambda: paid(ann), "no dividend came", 30)
    assert (row["amount"], row["ticker"], row["quantity"], row["price"]) == ("0.03", TICKER, 7, "0.005")
    assert ann.balance() == before + Decimal("0.03")
    news = wait(
        lambda: [n for n in ann.get("/notifications")["results"] if n["kind"] == "dividend_booked"], "no news"
    )
    assert len(news) == 1
    assert "$0.03" in news[0]["body"]

    # and it is completed: nobody else is paid, and everybody can read of it
    def completed() -> Any:
        actions = ann.get(f"/instruments/{TICKER}/corporate-actions")["results"]
        return next((action for action in actions if action["state"] == "completed"), None)

    action = wait(completed, "the dividend is not completed", 30)
    assert (action["type"], action["per_unit"], action["currency"]) == ("dividend", "0.005", "USD")
    assert (paid(bob), paid(cid)) == ([], [])
    assert len(paid(ann)) == 1
    ann.sell(TICKER, 7)
    cid.sell(TICKER, 1)
