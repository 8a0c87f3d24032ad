"""The files of a simulated market: ``catalogue.json`` and ``simulated_ohlcv_daily.csv.gz``."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from market_service.simulated import eur, rub
from market_service.simulated.prices import HEADER, price_rows

MARKETS = {"EUR": eur.INSTRUMENTS, "RUB": rub.INSTRUMENTS}
PRICES = "simulated_ohlcv_daily.csv.gz"


def catalogue_text(currency: str) -> str:
    """The catalogue, as JSON."""
    entries = [instrument.entry(currency) for instrument in MARKETS[currency]]
    return json.dumps({"instruments": entries}, ensure_ascii=False, indent=2) + "\n"


def prices_text(currency: str) -> str:
    """The daily prices, as CSV."""
    return "".join(",".join(row) + "\n" for row in (HEADER, *price_rows(MARKETS[currency])))


def market_write(folder: Path, currency: str) -> None:
    """Write both files, the same bytes every time."""
    folder.mkdir(exist_ok=True)
    (folder / "catalogue.json").write_text(catalogue_text(currency), encoding="utf-8")
    packed = gzip.compress(prices_text(currency).encode(), mtime=0)
    (folder / PRICES).write_bytes(packed)
