"""Given lists of instruments, then they are listed, completed and changed as they say, or refused."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from market_service.instruments.models import Instrument
from market_service.instruments.services import quantities_move
from servicekit.audit.models import AuditEntry
from servicekit.contracts.market import InstrumentChanged

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(text: str, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_instruments", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def refused(path: Path, *options: str) -> str:
    before = list(Instrument.objects.order_by("id").values())
    printed = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_instruments", str(path), *options, stdout=StringIO(), stderr=printed)
    assert list(Instrument.objects.order_by("id").values()) == before
    return printed.getvalue() + str(error.value)


def test_what_is_missing_has_a_default_and_is_reported(write: Any, published: Any) -> None:
    printed = run(
        write("ticker,name,price\nTSTA,Test Alpha,99.95\nТ\n".replace("Т\n", "TSTB,Тест Бета,0.5\n"))
    )

    one, other = Instrument.objects.select_related("quote").order_by("ticker")
    assert (one.isin, one.type, one.lot_size, one.price_step) == ("", "share", 1, Decimal("0.01"))
    assert (one.name_en, one.name_ru, one.issued_quantity) == ("Test Alpha", "Test Alpha", 10**9)
    assert (other.name_en, other.name_ru, other.quote.price) == ("Тест Бета", "Тест Бета", Decimal("0.5"))
    assert "issued_quantity is guessed or a default for TSTA, TSTB (set it with --issued)" in printed
    assert "lot_size is guessed or a default for TSTA, TSTB (set it with --lot-size)" in printed
    assert [event.ticker for event in published(InstrumentChanged)] == ["TSTA", "TSTB"]


def test_what_is_missing_may_be_said_once_for_all(write: Any) -> None:
    printed = run(
        write("ticker,name,price\nTSTA,Test Alpha,99.95\n"),
        "--issued", "5000", "--lot-size", "10", "--price-step", "0.05", "--type", "fund", "--simulated",
    )  # fmt: skip
    one = Instrument.objects.get()
    assert (one.issued_quantity, one.lot_size, one.price_step) == (5000, 10, Decimal("0.05"))
    assert (one.type, one.simulated) == ("fund", True)
    assert "guessed" not in printed


def test_issues_of_a_quadrillion_units(write: Any) -> None:
    run(write("ticker,name,price,issuesize\nTSTV,Test,0.000005,1000000000000000\n"))
    one = Instrument.objects.select_related("quote").get()
    assert (one.issued_quantity, one.available_quantity) == (10**15, 10**15)
    assert (one.price_step, one.quote.price) == (Decimal("0.000001"), Decimal("0.000005"))
    quantities_move(changes={one.pk: -(10**9)})
    assert Instrument.objects.get().available_quantity == 10**15 - 10**9
    assert "issued_quantity must be from 1 to 1,000,000,000,000,000" in refused(
        write("ticker,name,issuesize\nTSTW,Test,1000000000000001\n")
    )


@pytest.mark.parametrize(
    ("written", "ticker"),
    [
        ("brk.b", "BRK.B"), ("BRK/B", "BRK.B"), ("ABR^D", "ABR-D"), ("^GSPC", "GSPC"), ("M&M", "M&M"),
        ("GMRP_UI", "GMRP_UI"), ("BAJAJ-AUTO", "BAJAJ-AUTO"), ("0700.HK", "0700.HK"),
        ("RU000A0JX0J2", "RU000A0JX0J2"),
    ],
)  # fmt: skip
def test_tickers_with_signs(write: Any, written: str, ticker: str) -> None:
    printed = run(write(f"ticker,name,price\n{written},Test,1.5\n"))
    assert Instrument.objects.get().ticker == ticker
    assert (f"{written} → {ticker}" in printed) is (written != ticker)
    assert "0 listed, 0 changed, 1 unchanged" in run(
        write(f"ticker,name,price\n{written},Test,1.5\n", "b.csv")
    )


@pytest.mark.parametrize(
    "written", ["", "ТЕСТ", "A" * 13, ".A", "&", "A?B", "A#B", "A%B", "A\\B", "<A>", "..", "A B C D E F G H"]
)
def test_what_cannot_be_a_ticker(write: Any, written: str) -> None:
    assert "cannot be a ticker: up to twelve letters" in refused(write(f"ticker,name\n{written},Test\n"))


def test_all_faults_are_reported_in_one_run(write: Any, listed: Any) -> None:
    listed("IBM", isin="ZZ00000TSTA6")
    printed = refused(
        write(
            "ticker,name,isin,lotsize,issuesize,price,minstep,type\n"
            "TSTA,Test,ZZ00000TSTA5,0,5,10,0.01,share\n"
            "TSTB,Test,,x,5,-1,2000,option\n"
            "TSTC,Test,ZZ00000TSTA6,1,5,10,0.01,share\n"
            "TSTD,Test,,1,5,10,0.01,share\n"
            "TSTD,Other,,1,5,10,0.01,share\n"
            "TST/E,Test,,1,5,10,0.01,share\n"
            "TST.E,Other,,1,5,10,0.01,share\n"
        )
    ).splitlines()
    assert printed[:-1] == [
        "isin: 1",
        "  line 2 (TSTA): isin 'ZZ00000TSTA5': The check digit of the ISIN is wrong.",
        "lot_size: 1",
        "  line 2 (TSTA): lot_size must be from 1 to 1,000,000,000, not 0",
        "type: 1",
        "  line 3 (TSTB): the type 'option' must be one of share, bond, fund, currency, future",
        "not a number: 1",
        "  line 3 (TSTB): lot_size 'x' is not a number",
        "price_step: 1",
        "  line 3 (TSTB): price_step must be from 0.000001 to 1,000, not 2000",
        "a negative number: 1",
        "  line 3 (TSTB): price is negative: '-1'",
        "a duplicate ticker: 2",
        "  line 6: TSTD is already in line 5, with other values",
        "  line 8: TST.E is already in line 7, with other values",
        "an ISIN that is taken: 1",
        "  line 4 (TSTC): IBM has the ISIN ZZ00000TSTA6",
    ]
    assert printed[-1].startswith("Nothing was loaded of list.csv: line 2 (TSTA): isin")


def test_what_is_listed_is_changed_only_on_demand(write: Any, listed: Any, published: Any) -> None:
    listed("AAPL", lot_size=10, issued_quantity=1000)
    path = write("ticker,name_en,lot_size,issued_quantity,price\nAAPL,Apple,100,2000,5\nTSTA,Test,1,10,5\n")

    printed = run(path)

    assert "1 listed, 0 changed, 0 unchanged" in printed
    assert "listed with other values; --update changes them:" in printed
    assert (
        "    AAPL: lot_size 10 → 100; issued_quantity 1,000 → 2,000; name_en 'AAPL Inc.' → 'Apple'" in printed
    )
    assert Instrument.objects.get(ticker="AAPL").lot_size == 10
    assert "AAPL: lot_size 10 → 100" in run(path, "--update", "--dry-run")
    assert Instrument.objects.get(ticker="AAPL").lot_size == 10

    printed = run(path, "--update")

    assert "0 listed, 1 changed, 1 unchanged" in printed
    one = Instrument.objects.select_related("quote").get(ticker="AAPL")
    assert (one.lot_size, one.issued_quantity, one.available_quantity, one.name_en) == (
        100,
        2000,
        2000,
        "Apple",
    )
    assert (one.name_ru, one.isin, one.quote.price) == ("Акция AAPL", one.isin, Decimal("430.47")), (
        "it says neither"
    )
    assert [event.ticker for event in published(InstrumentChanged)] == ["AAPL", "TSTA", "AAPL"]
    assert "0 listed, 0 changed, 2 unchanged" in run(path, "--update")


def test_no_less_is_issued_than_is_sold(write: Any, listed: Any) -> None:
    one = listed("AAPL", issued_quantity=1000)
    quantities_move(changes={one.pk: -300})
    path = write("ticker,name_en,issued_quantity\nAAPL,AAPL Inc.,299\n")
    assert "issued_quantity 299 is less than the 300 sold" in refused(path, "--update")
    run(write("ticker,name_en,issued_quantity\nAAPL,AAPL Inc.,300\n"), "--update")
    assert Instrument.objects.get().available_quantity == 0


def test_a_guess_gives_way_to_who_knows(write: Any) -> None:
    run(write("ticker,name,price\nTSTA,Test Alpha,99.95\n"))
    printed = run(
        write("SECID;SECNAME;LATNAME;LOTSIZE;MINSTEP\nTSTA;Тест Альфа;Test Alpha;10;0.05\n", "more.csv")
    )
    one = Instrument.objects.get()
    assert (one.name_ru, one.lot_size, one.price_step) == ("Тест Альфа", 10, Decimal("0.05"))
    assert "missing values filled in: TSTA" in printed
    assert "listed with other values" not in printed


def test_a_step_that_nobody_said_becomes_that_of_the_prices(write: Any) -> None:
    run(write("ticker,name\nTSTV,Test\n"))
    out = StringIO()
    prices = write(
        "Ticker,Date,Open,High,Low,Close\nTSTV,2024-01-15,0.02345,0.02352,0.02338,0.023495\n", "p.csv"
    )
    call_command("import_prices", str(prices), stdout=out)
    one = Instrument.objects.select_related("quote").get()
    assert (one.price_step, one.quote.price) == (Decimal("0.000001"), Decimal("0.023495"))


def test_prices_are_no_list(write: Any) -> None:
    path = write("Ticker,Date,Open,High,Low,Close\nTSTV,2024-01-15,1,1,1,1\n")
    assert "this is not a list of instruments" in refused(path)


def test_long_names_are_shortened_and_reported(write: Any) -> None:
    printed = run(write(f"ticker,name,price\nTSTA,{'x' * 121},1.5\n"))
    assert Instrument.objects.get().name_en == "x" * 119 + "…"
    assert "names were shortened: TSTA" in printed


def test_an_import_is_on_record_once(write: Any) -> None:
    path = write("ticker,name,price\nTSTA,Test Alpha,99.95\n")
    run(path, "--dry-run")
    assert not Instrument.objects.exists()
    run(path)
    run(path)  # changes nothing
    row = AuditEntry.objects.get()
    assert (row.action, row.object_id) == ("instruments.import", path.name)
    assert row.after == {"listed": 1, "changed": 0}


def test_what_waits_for_its_prices_is_seen_by_nobody(
    write: Any, admin_client: Client, client: Client
) -> None:
    run(write("ticker,name\nTSTA,Test Alpha\n"))
    one = Instrument.objects.get()
    for address in (
        "/admin/market/instruments/instrument/",
        f"/admin/market/instruments/instrument/{one.pk}/change/",
    ):
        page = admin_client.get(address)
        assert page.status_code in (200, 302)
        assert "Test Alpha" not in page.content.decode()
    assert client.get("/api/v1/instruments").json()["count"] == 0
    assert client.get("/api/v1/instruments", {"search": "alpha"}).json()["count"] == 0
    assert client.get("/api/v1/instruments/TSTA").status_code == 404
