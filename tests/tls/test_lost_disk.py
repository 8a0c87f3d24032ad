"""`make backup` under load, everything lost, `make restore`, `make up`: on the system of this folder."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from compose.local.backup import lost
from compose.local.stack import Stack
from tests.e2e.people import Client, Person, wait
from tests.system import System, latest_action
from tests.tls.conftest import Public


def done(system: System, *command: str) -> str:
    """What a command of the Makefile prints; it must succeed."""
    result = system.run("compose.local", *command)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@contextmanager
def trading(person: Person, ticker: str) -> Iterator[None]:
    """Meanwhile somebody orders, one after the other."""
    stop, failed = threading.Event(), []

    def trade() -> None:
        try:
            while not stop.wait(0.2):
                person.place("buy", ticker, 1)
        except AssertionError as error:
            failed.append(error)

    thread = threading.Thread(target=trade)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not failed


def deposit(person: Person, amount: str, key: str) -> int:
    return person.post("/deposits", {"amount": amount}, key=key).status_code


@pytest.mark.timeout(600)
def test_all_that_was_acknowledged_before_the_backup_comes_back_and_what_came_later_is_named(
    public: Public, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, since = public.system, datetime.now(UTC) - timedelta(hours=1)
    person, trader = Person(system.url), Person(system.url)
    ticker = person.get("/instruments", page_size=1)["results"][0]["ticker"]
    person.deposit("500.00")
    trader.deposit("100000.00")
    wait(lambda: trader.buy(ticker, 1)["status"] == "filled", "nothing could be bought")
    with trading(trader, ticker):
        before = lost.acknowledged(system.home, since)
        said = done(system, "backup")
        assert latest_action(system)["action"] == "backup.make"
        assert deposit(person, "7.00", "after-the-backup") == 201
        late = Person(system.url)
    now = lost.acknowledged(system.home, since)
    file = Path(said[said.index("/") :].split(".tar")[0] + ".tar")

    Stack(system.home).down()
    shutil.rmtree(system.home.root)
    system.home.create(for_tests=True)
    monkeypatch.setenv("FILE", str(file))
    assert "make up" in done(system, "restore")
    done(system, "up")

    known = lost.acknowledged(system.home, since)
    assert not any(lost.without(before, known).values()), "what was acknowledged before is there"
    gone = lost.without(now, known)
    assert late.id in {user.id for user in gone["users"]}
    assert any(line.startswith("1 deposit of 7.00 ") for line in lost.in_words(gone)), lost.in_words(gone)
    system.run("compose.check", "--wait", "60").check_returncode()
    action = latest_action(system)
    assert (action["action"], action["after"]["file"]) == ("backup.restore", file.name)

    renewed = person.post("/auth/token/refresh", {"refresh": person.tokens["refresh"]})
    assert renewed.status_code == 200, "a session of before goes on"
    person.sign_in()
    assert person.balance() == 500
    assert deposit(person, "7.00", "after-the-backup") == 201, "done again, with the same key"
    assert person.balance() == 507
    unknown = Client(system.url).post("/auth/token", {"username": late.name, "password": late.password})
    assert unknown.status_code == 401
    operator = system.settings_of("operator")
    signed_in = Client(system.url).post(
        "/auth/token",
        {"username": operator["BIRZHA_OPERATOR_USERNAME"], "password": operator["BIRZHA_OPERATOR_PASSWORD"]},
    )
    assert signed_in.status_code == 200
    trader.sign_in()
    trader.deposit("100000.00")
    wait(lambda: trader.buy(ticker, 1)["status"] == "filled", "nothing could be bought afterwards")
