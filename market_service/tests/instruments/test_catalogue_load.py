"""Given a catalogue file, then its instruments are listed once, and its changes applied."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from market_service.instruments.errors import CatalogueInvalid
from market_service.instruments.isin import isin_check_digit
from market_service.instruments.models import Instrument
from market_service.instruments.services import (
    instrument_edit,
    quantities_move,
)
from market_service.quotes.models import DailyPrice
from servicekit.audit.models import AuditEntry
from servicekit.contracts.market import InstrumentChanged

pytestmark = pytest.mark.django_db


def test_the_shipped_catalogue(published: Any) -> None:
    out = StringIO()
    call_command("load_catalogue", stdout=out)

    assert "12,154 rows: 12,154 new" in out.getvalue()
    assert "11 listed, 0 changed, 0 unchanged" in out.getvalue()
    assert DailyPrice.objects.count() == 12154
    shares = Instrument.objects.filter(simulated=False)
    assert {i.ticker: i.isin for i in shares} == {
        "AAPL": "US0378331005",
        "FB": "US30303M1027",
        "GOOG": "US38259P5089",
        "IBM": "US4592001014",
        "MSFT": "US5949181045",
    }
    assert {
        i.ticker: (str(i.quote.price.normalize()), str(i.quote.previous_close.normalize())) for i in shares
    } == {
        "AAPL": ("430.47", "441.4"),
        "FB": ("27.78", "27.25"),
        "GOOG": ("806.19", "801.2"),
        "IBM": ("202.91", "200.83"),
        "MSFT": ("27.95", "27.8"),
    }
    simulated = Instrument.objects.filter(simulated=True)
    assert {i.type for i in simulated} == {"bond", "fund", "currency"}
    for instrument in simulated:
        assert instrument.isin.startswith("ZZ")
        assert "simulated" in instrument.name_en
        assert "simulated" in instrument.description_en
        assert "учебн" in instrument.name_ru
        assert "чебн" in instrument.description_ru
    events = published(InstrumentChanged)
    assert len(events) == 11
    apple = next(event for event in events if event.ticker == "AAPL")
    assert (str(apple.price), str(apple.price_step), apple.issued_quantity) == ("430.47", "0.01", 1_000_000)
    assert apple.status == "open"


def test_loading_again_changes_and_publishes_nothing(published: Any) -> None:
    call_command("load_catalogue", stdout=StringIO())
    trail = AuditEntry.objects.order_by("id").values_list("action", "after__listed")
    assert list(trail) == [("catalogue.load", 11), ("prices.import", None)]
    out = StringIO()
    call_command("load_catalogue", stdout=out)
    assert out.getvalue() == "instruments: 0 listed, 0 changed, 11 unchanged\n"
    assert len(published(InstrumentChanged)) == 11


def test_a_changed_entry_is_applied_and_published_once(entry: Any, load: Any, published: Any) -> None:
    load(entry("AAPL"), entry("IBM"))

    loaded = load(entry("AAPL", name_en="Apple", lot_size=10), entry("IBM"))

    assert (loaded.listed, loaded.changed, loaded.unchanged) == ([], ["AAPL"], 1)
    last = published(InstrumentChanged)[-1]
    assert (last.ticker, last.name_en, last.lot_size) == ("AAPL", "Apple", 10)
    assert Instrument.objects.get(ticker="AAPL").version == 2


def test_an_operators_edit_survives_an_unchanged_catalogue(entry: Any, load: Any) -> None:
    load(entry("AAPL"))
    texts: Any = dict.fromkeys(("name_en", "name_ru", "description_en", "description_ru"), "ours")
    instrument_edit(instrument_id=Instrument.objects.get().pk, **texts)

    load(entry("AAPL"))

    assert Instrument.objects.get().name_en == "ours"


def test_what_is_sold_stays_sold_when_more_or_less_is_issued(entry: Any, load: Any) -> None:
    load(entry("AAPL", issued_quantity=1000))
    quantities_move(changes={Instrument.objects.get().pk: -300})

    load(entry("AAPL", issued_quantity=1500))
    assert Instrument.objects.get().available_quantity == 1200
    with pytest.raises(CatalogueInvalid, match="299"):
        load(entry("AAPL", issued_quantity=299))
    assert Instrument.objects.get().issued_quantity == 1500


def test_the_last_close_starts_the_quote_and_a_split_is_not_a_fall(
    entry: Any, load: Any, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text(
        "Ticker,Date,Open,High,Low,Close,Volume,Adj Close\n"
        "AAPL,2005-02-25,89,90,88,88.99,1,6.36\n"
        "AAPL,2005-02-28,44,45,44,44.86,1,6.41\n"
    )
    unpriced = entry("AAPL")
    del unpriced["price"], unpriced["previous_close"]

    load(unpriced, prices=prices)

    quote = Instrument.objects.get().quote
    assert quote.price == Decimal("44.86")
    assert quote.previous_close == Decimal("44.51")  # 88.99 before a split of one into two


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isin": "US0378331006"}, "isin: The check digit"),
        ({"isin": "us0378331005"}, "isin: An ISIN is two letters"),
        ({"type": "option"}, "type: "),
        ({"lot_size": "1"}, "lot_size is to be of type int"),
        ({"lot_size": True}, "lot_size is to be of type int"),
        ({"price_step": "NaN"}, "price_step is not a number"),
        ({"price_step": "1_0"}, "price_step is not a number"),
        ({"price_step": "٣"}, "price_step is not a number"),
        ({"price_step": "a cent"}, "price_step is not a number"),
        ({"price_step": "0.0000001"}, "price_step: "),
        ({"price_step": "1001"}, "price_step must be from"),
        ({"lot_size": 10**9 + 1}, "lot_size must be from 1 to 1,000,000,000"),
        ({"price": "1e13"}, "price is not a number"),
        ({"name_ru": ""}, "name_ru: "),
        ({"colour": "red"}, "there is no field colour"),
        ({"previous_close": "0"}, "previous_close is to be above zero"),
        ({"issued_quantity": 0}, "issued_quantity must be from 1 to 1,000,000,000"),
        ({"ticker": "aapl"}, "ticker: one to twelve of A to Z"),
    ],
    ids=str,
)
def test_a_bad_entry_is_named_and_nothing_is_listed(
    entry: Any, load: Any, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(CatalogueInvalid) as error:
        load(entry("IBM"), {**entry("AAPL"), **changes})
    assert reason in error.value.detail
    assert not Instrument.objects.exists()


def test_missing_repeated_and_unpriced(entry: Any, load: Any) -> None:
    def reason(*entries: dict[str, Any]) -> str:
        with pytest.raises(CatalogueInvalid) as error:
            load(*entries)
        return error.value.detail

    short = entry("AAPL")
    del short["isin"], short["name_ru"]
    assert "isin, name_ru is missing" in reason(short)
    assert "ticker AAPL: it is there 2 times" in reason(
        entry("AAPL"), {**entry("AAPL"), "isin": "US0378331005"}
    )
    half = entry("AAPL")
    del half["previous_close"]
    assert "go together" in reason(half)
    del half["price"]
    assert "neither a price in the catalogue nor a daily price" in reason(half)
    assert not Instrument.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"instruments": [1]}', "\ufeff{", "\0", "\ufeff"])
def test_a_file_of_another_form(tmp_path: Path, text: str) -> None:
    path = tmp_path / "catalogue.json"
    path.write_text(text)
    with pytest.raises(CommandError, match="is not JSON of the form"):
        call_command("load_catalogue", str(path))
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("load_catalogue", str(tmp_path / "nothing.json"))


def test_every_shipped_isin_has_its_check_digit() -> None:
    catalogue = json.loads((settings.DATA / "usd" / "catalogue.json").read_text(encoding="utf-8"))
    for isin in [item["isin"] for item in catalogue["instruments"]]:
        assert isin_check_digit(isin[:-1]) == int(isin[-1])


def test_all_faults_of_a_catalogue_are_reported_in_one_run(entry: Any, load: Any, tmp_path: Path) -> None:
    load(entry("IBM", issued_quantity=1000), entry("FB"))
    quantities_move(changes={Instrument.objects.get(ticker="IBM").pk: -300})
    path = tmp_path / "bad.json"

    def said(*entries: dict[str, Any]) -> list[str]:
        path.write_text(json.dumps({"instruments": entries}), encoding="utf-8")
        out = StringIO()
        with pytest.raises(CommandError):
            call_command("load_catalogue", str(path), stderr=out)
        return out.getvalue().splitlines()

    bad = [entry(f"B{number}", type="option", lot_size=0) for number in range(7)]
    assert said(entry("AAPL"), *bad, {**entry("C"), "isin": "x", "colour": "red"}) == [
        "type: 7",
        *(f"  instrument {n} (B{n - 2}): type: Value 'option' is not a valid choice." for n in range(2, 7)),
        "  … and 2 more",
        "lot_size: 7",
        *(f"  instrument {n} (B{n - 2}): lot_size must be from 1 to 1,000,000,000" for n in range(2, 7)),
        "  … and 2 more",
        "a field colour: 1",
        "  instrument 9 (C): there is no field colour",
    ]
    unpriced = {key: value for key, value in entry("D").items() if "price" not in key} | {"price_step": "1"}
    del unpriced["previous_close"]
    assert said(unpriced, entry("IBM", issued_quantity=299), {**entry("E"), "isin": entry("FB")["isin"]}) == [
        "no price: 1",
        "  D: it has neither a price in the catalogue nor a daily price to start from",
        "issued_quantity below what is sold: 1",
        "  IBM: issued_quantity 299 is less than the 300 sold",
        "isin taken: 1",
        f"  E: FB has the isin {entry('FB')['isin']}",
    ]
    assert Instrument.objects.count() == 2
