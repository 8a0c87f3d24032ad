"""An account is closed once nothing is left in it; then nobody is known any more, and the books agree."""

from __future__ import annotations

from decimal import Decimal
from email import policy
from email.parser import BytesParser
from os.path import getmtime
from typing import Any

from tests.e2e.people import Client, Person, field_codes, wait
from tests.system import System

CLOSING = "/users/me/closing"


def ask(person: Person, *, password: str = "") -> Any:
    return person.post(CLOSING, {"password": password or person.password})


def decided(person: Person) -> dict[str, Any]:
    """What became of the request, once that is known."""

    def look() -> Any:
        closing = person.get(CLOSING)
        return closing if closing["state"] != "pending" else None

    found: dict[str, Any] = wait(look, "nothing was decided")
    return found


def last_mails(system: System, email: str) -> list[str]:
    """The subjects of what lies in the mailbox for an address, the earliest first."""
    found = []
    for file in sorted((system.home.root / "mailbox").glob("*.eml"), key=getmtime):
        mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        if mail["To"] == email:
            found.append(str(mail["Subject"]))
    return found


def test_what_is_left_is_told_and_then_the_account_closes_for_good(system: System) -> None:
    person = Person(system.url)
    person.deposit("5000.00")
    person.buy("AAPL", 2)
    person.post("/alerts", {"ticker": "AAPL", "price": "99999.00"})
    assert field_codes(ask(person, password="not it")) == {"password": "password_wrong"}

    assert ask(person).status_code == 202
    refused = decided(person)
    assert (refused["state"], [each["code"] for each in refused["reasons"]]) == ("refused", ["cash_left"])
    cash = person.cash()["balance"]
    assert f"${Decimal(cash):,}" in refused["reasons"][0]["detail"]
    # without cash trading is asked, too; a refusal holds up nothing
    withdrawn = person.post("/withdrawals", {"amount": cash, "currency": "USD"}, key="all-of-it")
    assert withdrawn.status_code == 201, withdrawn.text
    assert ask(person).status_code == 202
    refused = decided(person)
    assert [each["code"] for each in refused["reasons"]] == ["positions_left"]
    person.sell("AAPL", 2)
    rest = {"amount": person.cash()["balance"], "currency": "USD"}
    assert person.post("/withdrawals", rest, key="the-rest").status_code == 201

    asked = ask(person)
    assert asked.status_code == 202
    stranger = Client(system.url)
    state = f"/users/closings/{asked.json()['id']}"
    wait(lambda: stranger.get(state)["state"] == "closed", "it was not closed")

    # every service refuses the tokens, nobody can sign in, nobody else can have the name
    for path in ("/users/me", "/account", "/orders", "/notifications"):
        wait(lambda path=path: person.send("GET", path).status_code == 401, f"{path} still answers")
    body = {"username": person.name, "password": person.password}
    assert stranger.post("/auth/token", body).status_code == 401
    again = {"username": person.name.upper(), "email": person.email, "password": person.password}
    assert field_codes(stranger.post("/users", again)) == {"username": "username_taken"}
    # the last mail; of fills that were still gathered for one, none comes any more
    last = "Your account is closed"
    wait(lambda: last in last_mails(system, person.email), "the last mail is missing")
    assert last_mails(system, person.email)[-1] == last
    # the address is free: it is nobody's
    again["username"] = f"{person.name}-2"
    assert stranger.post("/users", again).status_code == 201
    checked = system.run("compose.check", "--only", "I13", "I22")
    assert checked.returncode == 0, checked.stdout
