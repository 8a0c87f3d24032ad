"""Names of instruments for pages whose source knows tickers only: asked for once, then remembered a while."""

from __future__ import annotations

import time
from collections.abc import Iterable

from web_frontend.gateway_client import GatewayRequest
from web_frontend.page_locale import page_locale
from web_frontend.pages import attempt

#: Seconds that a name is good for: one that changes is seen everywhere then.
REMEMBERED_S = 600
#: Names that are kept at most; beyond, all are asked for anew.
MAX_NAMES = 50_000

#: How many tickers one question may name, and of how many letters with the commas.
MAX_TICKERS, MAX_LETTERS = 100, 1000

#: Language and ticker → the name, "" where there is no such instrument, and when it was asked for.
_names: dict[tuple[str, str], tuple[str, float]] = {}


def instrument_names(request: GatewayRequest, tickers: Iterable[str | None]) -> dict[str, str]:
    """Ticker → name in the page's language; without those that nobody knows."""
    language, now = page_locale().language, time.monotonic()
    wanted = {ticker for ticker in tickers if ticker}
    unknown = sorted(ticker for ticker in wanted if _age(language, ticker, now) > REMEMBERED_S)
    if unknown:
        unknown = _askable(unknown)
        asked, size = ",".join(unknown), len(unknown)
        answer = attempt(lambda: request.gateway.get("/api/v1/instruments", tickers=asked, page_size=size))
        if answer is not None:
            found = {row["ticker"]: row["name"] for row in answer["results"]}
            if len(_names) > MAX_NAMES:
                _names.clear()
            _names.update({(language, ticker): (found.get(ticker, ""), now) for ticker in unknown})
    known = {ticker: _names.get((language, ticker), ("", 0.0))[0] for ticker in wanted}
    return {ticker: name for ticker, name in known.items() if name}


def _askable(tickers: list[str]) -> list[str]:
    """As many as one question may name; the others are asked for the next time."""
    total = 0
    fitting: list[str] = []
    for ticker in tickers:
        total += len(ticker) + 1
        if total > MAX_LETTERS or len(fitting) == MAX_TICKERS:
            break
        fitting.append(ticker)
    return fitting


def _age(language: str, ticker: str, now: float) -> float:
    known = _names.get((language, ticker))
    return now - known[1] if known else float("inf")
