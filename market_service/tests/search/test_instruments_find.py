"""Given the shipped catalogue, then a search finds what a person means, best match first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_list
from market_service.instruments.services import instrument_edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(load: Any) -> None:
    """The shipped catalogue, with prices made up where the daily prices would give them."""
    entries = json.loads((settings.DATA / "usd" / "catalogue.json").read_text(encoding="utf-8"))[
        "instruments"
    ]
    load(*[{"price": "10.00", "previous_close": "10.00", **entry} for entry in entries])


def found(text: str, **filters: str) -> list[str]:
    return [instrument.ticker for instrument in instrument_list(search=text, **filters)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("  Aapl ", "AAPL"),
        ("aa", "AAPL"),
        ("apple", "AAPL"),
        ("APPLE INC", "AAPL"),
        ("Эппл", "AAPL"),
        ("эП", "AAPL"),
        ("майкрософт", "MSFT"),
        ("гугл", "GOOG"),
        ("US0378331005", "AAPL"),
        ("us5949", "MSFT"),
        ("ZZBRZEURUSD0", "EURSIM"),
        ("business mach", "IBM"),
        ("xbox", "MSFT"),
        ("поиск в интернете", "GOOG"),
        ("soft", "MSFT"),
        ("международ", None),
        ("ＡＡＰＬ", "AAPL"),
    ],
)
def test_any_case_both_alphabets_and_prefixes(shipped: None, text: str, first: str | None) -> None:
    assert found(text)[:1] == ([first] if first else [])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("APPL", "AAPL"),
        ("AAPK", "AAPL"),
        ("MSTF", "MSFT"),  # two letters swapped
        ("mircosoft", "MSFT"),
        ("micosoft", "MSFT"),  # one missing
        ("microssoft", "MSFT"),  # one too many
        ("googel", "GOOG"),
        ("micrasof", "MSFT"),  # in a beginning
        ("майкрасофт", "MSFT"),
        ("фейзбук", "FB"),
        ("облегация", "BZB10"),
        ("IBN", "IBM"),
        ("US0378331006", "AAPL"),
    ],
)
def test_one_typo(shipped: None, text: str, first: str) -> None:
    assert found(text)[:1] == [first]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ффзд", "AAPL"),
        ("ФФЗД", "AAPL"),
        ("ффз", "AAPL"),
        ("ьшскщыщае", "MSFT"),
        ("'gg", "AAPL"),
        ('"GGK', "AAPL"),
        ("Vfqrhjcjan", "MSFT"),
        ("пщщп", "GOOG"),
        ("apple ышьгдфеув", None),
        ("ффзд apple", "AAPL"),
        ("apple эппл ффзд", "AAPL"),
        ("vfqrhfcjan", "MSFT"),  # mistyped, too
    ],
)
def test_the_other_keyboard_layout(shipped: None, text: str, first: str | None) -> None:
    assert found(text)[:1] == ([first] if first else [])


@pytest.mark.parametrize("text", ["mikrozoft", "qqqq", "!!!", "%", "_", "\\", "apple xbox", "''; --"])
def test_nothing(shipped: None, text: str) -> None:
    assert found(text) == []


def test_the_exact_ticker_comes_before_its_beginning_and_names(listed: Any) -> None:
    listed("ZED", description_en="Not GO at all.")
    listed("GOOD")
    listed("GO")
    listed("ABC", name_en="Go Abc")
    listed("BCD", name_en="Cargo Bcd")
    assert found("go") == ["GO", "GOOD", "ABC", "BCD", "ZED"]


def test_yo_is_ye(listed: Any) -> None:
    listed("MED", name_ru="Мёд")
    assert found("мед") == found("МЁД") == ["MED"]


def test_search_within_a_type_and_with_an_ordering(shipped: None) -> None:
    assert found("simulated", type="bond") == ["BZB10", "BZB5"]
    assert found("simulated", type="bond", ordering="-price") == ["BZB5", "BZB10"]
    assert found("учебн", type="share") == []


def test_an_edit_is_found_at_once(listed: Any) -> None:
    listed("AAPL")
    assert found("груша") == []
    texts: Any = {"name_en": "Pear", "name_ru": "Груша", "description_en": "x", "description_ru": "x"}
    instrument_edit(instrument_id=Instrument.objects.get().pk, **texts)
    assert found("груша") == ["AAPL"]


def test_over_http(api: Any, shipped: None) -> None:
    answer = api(accept_language="ru").get("/api/v1/instruments", {"search": "эпл"})
    assert [item["name"] for item in answer.json()["results"]] == ["Apple (Эппл)"]


def test_within_a_type_only_its_instruments_are_counted(api: Any, shipped: None) -> None:
    answer = api().get("/api/v1/instruments", {"search": "simulated", "type": "bond", "page_size": 1})
    assert (answer.json()["count"], len(answer.json()["results"])) == (2, 1)


def test_what_was_changed_is_found_by_its_new_words_only(listed: Any, load: Any, entry: Any) -> None:
    listed("AAPL", name_en="Apple")
    listed("IBM")
    assert found("apple") == ["AAPL"]
    for _ in range(3):
        load(entry("AAPL", name_en="Pear"), entry("IBM"))
        assert (found("apple"), found("pear"), found("inc")) == ([], ["AAPL"], ["IBM"])
        load(entry("AAPL", name_en="Apple"), entry("IBM"))
        assert (found("apple"), found("pear")) == (["AAPL"], [])
