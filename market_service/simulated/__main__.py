"""``python -m market_service.simulated``: write the simulated markets' files."""

from __future__ import annotations

from pathlib import Path

from market_service.simulated.files import MARKETS, market_write

DATA = Path(__file__).resolve().parent.parent / "data"

for currency in MARKETS:
    market_write(DATA / currency.lower(), currency)
