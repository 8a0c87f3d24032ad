"""`make reset-market`, on the system of this folder: accounts stay, everything else starts over."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.people import Person, wait
from tests.system import System, latest_action
from tests.tls.conftest import Public


def reset_market(system: System) -> subprocess.CompletedProcess[str]:
    return system.run("compose.local", "reset-market")


def bought(person: Person, ticker: str) -> bool:
    """Whether a unit could be bought; only once there is a quote."""
    return bool(person.buy(ticker, 1)["status"] == "filled")


@pytest.mark.timeout(600)
def test_accounts_stay_and_cash_positions_and_the_market_start_over(
    public: Public, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = public.system
    person, other = Person(system.url), Person(system.url)
    ticker = person.get("/instruments", page_size=1)["results"][0]["ticker"]
    person.deposit("100000.00")
    other.deposit("5.00")
    wait(lambda: bought(person, ticker), "nothing could be bought")
    quote = person.get(f"/instruments/{ticker}")
    order = {"ticker": ticker, "side": "buy", "type": "limit", "time_in_force": "gtc", "quantity": 1}
    answer = person.post("/orders", order | {"limit_price": quote["price"]}, key="rests")
    assert answer.status_code == 201, answer.text

    unsure = reset_market(system)
    assert unsure.returncode == 1
    assert "CONFIRM=yes" in unsure.stderr
    assert "entries of the ledger" in unsure.stdout
    assert person.quantity_of(ticker) > 0

    monkeypatch.setenv("CONFIRM", "yes")
    done = reset_market(system)
    assert done.returncode == 0, done.stdout + done.stderr

    for somebody in (person, other):
        somebody.sign_in()
        assert (somebody.cash()["balance"], somebody.cash()["held"]) == ("0.00", "0.00")
        assert somebody.rows("/orders") == somebody.rows("/operations") == []
        assert somebody.get("/positions")["results"] == []
        assert [row["kind"] for row in somebody.rows("/notifications")] == ["welcome"]
    anew = person.get(f"/instruments/{ticker}")
    assert anew["available_quantity"] > quote["available_quantity"], "what was sold is on offer again"
    person.deposit("100000.00")
    wait(lambda: bought(person, ticker), "nothing could be bought after the reset")
    assert person.quantity_of(ticker) == 1
    assert Person(system.url).balance() == 0, "somebody new has an account, too"

    system.run("compose.check", "--wait", "60").check_returncode()
    for service in ("market", "trading", "billing", "notification"):
        action = latest_action(system, service)
        assert action["action"] == "market.reset"
        archive = Path(action["after"]["archive"])
        assert (archive / f"{service}.dump").stat().st_size > 0
