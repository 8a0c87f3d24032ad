"""Instruments for a measurement."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from market_service.instruments.isin import isin_check_digit
from market_service.instruments.models import MAX_QUANTITY
from market_service.instruments.services import catalogue_load


def instruments_list(*, count: int) -> list[str]:
    """List ``count`` shares at 100.00, as a catalogue would.

    Returns:
        Their tickers.
    """
    entries = [_entry(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.json"
        file.write_text(json.dumps({"instruments": entries}), encoding="utf-8")
        catalogue_load(catalogue=file)
    return [str(entry["ticker"]) for entry in entries]


def _entry(number: int) -> dict[str, object]:
    body = f"ZZB{number:08}"
    return {
        "ticker": f"B{number:05}",
        "isin": f"{body}{isin_check_digit(body)}",
        "type": "share",
        "name_en": f"Benchmark share {number}",
        "name_ru": f"Акция для измерений {number}",
        "description_en": "Listed to measure how fast its orders are settled.",
        "description_ru": "Размещена, чтобы измерить, как быстро исполняются заявки.",
        "lot_size": 1,
        "price_step": "0.01",
        "issued_quantity": MAX_QUANTITY,
        "simulated": True,
        "price": "100.00",
        "previous_close": "99.00",
    }
