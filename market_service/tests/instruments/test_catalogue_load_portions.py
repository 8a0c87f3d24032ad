"""A catalogue is loaded in portions while orders go on; what was interrupted goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from market_service.instruments.models import Instrument
from market_service.instruments.services import instruments_lock, listing
from market_service.instruments.services.listing import PAUSE_S, PORTION
from market_service.quotes import services as quotes
from servicekit.contracts.market import InstrumentChanged
from servicekit.messaging.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
class TestWhileOrdersGoOn:
    @pytest.fixture
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """How many instruments each transaction has listed or changed; nothing is locked between them."""
        counts: list[int] = []
        published = OutboxEvent.objects.count()

        def pause(seconds: float) -> None:
            assert seconds >= PAUSE_S
            counts.append(OutboxEvent.objects.count() - published - sum(counts))
            with transaction.atomic():
                assert list(Instrument.objects.select_for_update(nowait=True, no_key=True)) or True

        monkeypatch.setattr(listing, "_pause", pause)
        return counts

    def test_it_is_listed_and_changed_in_portions(
        self, entry: Any, load: Any, pauses: list[int], published: Any
    ) -> None:
        count = 3 * PORTION + 1
        load(*[entry(f"T{number:03}") for number in range(count)])
        assert pauses == [PORTION] * 3
        load(*[entry(f"T{number:03}", lot_size=10) for number in range(count)])
        assert pauses == [PORTION] * 3 + [PORTION + 1, *[PORTION] * 2]  # the last of the first run, too
        events = published(InstrumentChanged)
        assert [event.ticker for event in events[:count]] == [f"T{number:03}" for number in range(count)]
        assert {event.lot_size for event in events[count:]} == {10}

    def test_an_order_holds_nothing_up_and_is_not_held_up(self, entry: Any, load: Any) -> None:
        load(entry("AAPL"), entry("IBM"))
        with ThreadPoolExecutor(1) as pool, transaction.atomic():
            instruments_lock(instrument_ids=Instrument.objects.values_list("id", flat=True))

            def work() -> list[str]:
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SET lock_timeout = '2s'")
                    return load(entry("AAPL"), entry("IBM"), entry("FB"), entry("GOOG")).listed
                finally:
                    connection.close()

            assert pool.submit(work).result(timeout=60) == ["FB", "GOOG"]

    def test_what_was_interrupted_goes_on(
        self, entry: Any, load: Any, monkeypatch: pytest.MonkeyPatch, published: Any
    ) -> None:
        def killed(seconds: float) -> None:
            raise KeyboardInterrupt

        entries = [entry(f"T{number:03}") for number in range(2 * PORTION)]
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(listing, "_pause", killed)
            load(*entries)
        loaded = load(*entries)
        assert (len(loaded.listed), loaded.unchanged) == (PORTION, PORTION)
        assert len(published(InstrumentChanged)) == 2 * PORTION

    def test_instruments_whose_prices_were_not_loaded_yet_are_quoted_by_the_next_run(
        self, entry: Any, load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: Any
    ) -> None:
        prices = tmp_path / "prices.csv"
        prices.write_text(
            "Ticker,Date,Open,High,Low,Close,Volume,Adj Close\nAAPL,2005-02-28,44,45,44,44.86,1,6.41\n"
        )
        unpriced = entry("AAPL")
        del unpriced["price"], unpriced["previous_close"]
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(quotes, "prices_import", _killed)
            load(unpriced, prices=prices)
        assert (Instrument.objects.count(), published(InstrumentChanged)) == (1, [])

        assert load(unpriced, prices=prices).listed == ["AAPL"]
        assert [event.price for event in published(InstrumentChanged)] == [Decimal("44.86")]


def _killed(**_: Any) -> None:
    raise KeyboardInterrupt
