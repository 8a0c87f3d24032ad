"""Given the shipped catalogue, then a search finds what a person means, best match first."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from market_service.instruments.errors import SearchBusy
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_list, search, search_index, search_prepare
from market_service.instruments.selectors.search_index import SearchIndex
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


def test_a_change_that_is_committed_late_is_found(listed: Any) -> None:
    listed("AAPL")
    listed("IBM")
    assert found("pear") == []
    earlier = Instrument.objects.get(ticker="IBM").updated_at - timedelta(seconds=30)
    Instrument.objects.filter(ticker="AAPL").update(name_en="Pear", updated_at=earlier)
    assert found("pear") == ["AAPL"]


def test_only_what_changed_is_read_again(listed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        listed(f"T{number}")
    Instrument.objects.update(updated_at=F("updated_at") - timedelta(hours=1))
    found("inc")
    read: list[str] = []
    put = SearchIndex._put

    def counted(index: SearchIndex, id_: Any, type_: str, texts: list[str], *rest: Any) -> None:
        read.append(texts[0])
        put(index, id_, type_, texts, *rest)

    monkeypatch.setattr(SearchIndex, "_put", counted)
    found("inc")
    assert read == []
    listed("NEW")
    found("inc")
    assert read == ["NEW"]


def test_an_index_that_changes_again_and_again_does_not_grow(
    listed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "PAGE", 10)
    instrument = listed("AAPL")
    texts: Any = {"name_ru": "Груша", "description_en": "x", "description_ru": "x"}
    for number in range(50):
        instrument_edit(instrument_id=instrument.pk, name_en=f"Pear {number}", **texts)
        assert found(f"pear {number}") == ["AAPL"]
    assert len(search._index._entries) < 15


def test_a_catalogue_is_read_in_portions_and_refused_until_it_is_whole(
    api: Any, listed: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(search_index, "PAGE", 2)
    monkeypatch.setattr(search, "READ_S", 0)
    for number in range(5):
        listed(f"T{number}")

    answers = [api(accept_language="ru").get("/api/v1/instruments", {"search": "inc"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].json()["code"], answers[0]["Retry-After"]) == ("search_busy", "2")
    assert answers[0].json()["detail"] == "Поиск сейчас занят. Повторите через несколько секунд."
    assert answers[0]["Cache-Control"] == "no-store"
    assert answers[2].json()["count"] == 5
    refused = [line for line in caplog.records if line.levelname in ("WARNING", "ERROR")]
    assert [(line.levelname, line.getMessage()) for line in refused] == [
        ("WARNING", "refused: search_busy")
    ] * 2


def test_a_process_that_begins_reads_it_all(listed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "PAGE", 2)
    monkeypatch.setattr(search, "connection", SimpleNamespace(close=lambda: None))  # it is the test's own
    for number in range(5):
        listed(f"T{number}")
    search_prepare()
    assert search._index.complete
    assert len(search._index._entries) == 5


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_one_searches_a_few_wait_and_the_others_are_refused_at_once(
        self, listed: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed("AAPL")
        monkeypatch.setattr(search, "WAIT_S", 20)
        monkeypatch.setattr(search, "_took_s", 1.0)
        inside, go_on, counted = threading.Event(), threading.Event(), []
        refresh = SearchIndex.refresh

        def slow(index: SearchIndex, until: float) -> bool:
            counted.append(1)
            inside.set()
            assert go_on.wait(20)
            return refresh(index, until)

        monkeypatch.setattr(SearchIndex, "refresh", slow)

        def one() -> Any:
            try:
                return found("aapl")
            except SearchBusy:
                return "busy"
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as pool:
            first = pool.submit(one)
            assert inside.wait(20)
            others = [pool.submit(one) for _ in range(9)]
            refused = [next(as_completed(others, timeout=20)).result()]
            while len(refused) < 9 - search.MAX_WAITING:
                done = [other for other in others if other.done()]
                refused = [other.result() for other in done]
            assert set(refused) == {"busy"}
            assert len(counted) == 1  # nobody else builds or looks
            # and who does not search waits for nobody
            assert [each.ticker for each in instrument_list()] == ["AAPL"]
            go_on.set()
            assert first.result(timeout=20) == ["AAPL"]
            assert sorted(map(str, (other.result(timeout=20) for other in others))) == sorted(
                ["busy"] * (9 - search.MAX_WAITING) + ["['AAPL']"] * search.MAX_WAITING
            )

    def test_while_searches_are_quick_nobody_is_refused(
        self, listed: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listed("AAPL")
        monkeypatch.setattr(search, "WAIT_S", 20)
        monkeypatch.setattr(search, "QUICK_S", 20)

        def one(_: int) -> list[str]:
            try:
                return found("aapl")
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as pool:
            assert list(pool.map(one, range(40))) == [["AAPL"]] * 40

    def test_who_waits_too_long_is_refused(self, listed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        listed("AAPL")
        monkeypatch.setattr(search, "WAIT_S", 0.01)
        with search._turn, pytest.raises(SearchBusy):
            found("aapl")
        assert found("aapl") == ["AAPL"]
