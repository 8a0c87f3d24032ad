"""What the market's clock says, asked at most once in two seconds by a process, whoever looks."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString

from web_frontend.date_texts import day_text
from web_frontend.gateway_client import Gateway, GatewayProblem, GatewayUnavailable, SignedOut
from web_frontend.page_locale import page_locale

logger = logging.getLogger(__name__)

#: Seconds for which an answer is shown, and after which a failed source is asked again.
KEPT_S, RETRY_S = 2.0, 5.0
#: Seconds of the call: no page waits longer for its clock.
CALL_S = 0.5


@dataclass(frozen=True)
class MarketClock:
    """The market's day and time, as far as they are known.

    Attributes:
        feed: ``replay``, ``simulated`` or ``manual``; "" while nobody has told it.
        moment: the market's, in its own time zone; None while nobody tells it.
        speed: seconds of the market in a second; 0 while it is paused.
    """

    feed: str = ""
    moment: datetime | None = None
    paused: bool = False
    speed: float = 0.0

    @property
    def day(self) -> SafeString:
        """``Jun 12, 2012``; only of a known moment."""
        assert self.moment
        return day_text(self.moment.date(), page_locale().language).short

    @property
    def time(self) -> str:
        """``14:35``; only of a known moment."""
        return f"{self.moment:%H:%M}"


#: Gateway → until when the answer is good, and the answer.
_kept: dict[str, tuple[float, MarketClock]] = {}


def clock_read(gateway: Gateway) -> MarketClock:
    """The clock; while nobody tells it, without a moment: where the prices come from stays known."""
    until, clock = _kept.get(settings.GATEWAY_URL, (0.0, MarketClock()))
    if time.monotonic() < until:
        return clock
    try:
        clock, kept_s = _parsed(gateway.get("/api/v1/market", public=True, timeout_s=CALL_S)), KEPT_S
    except (GatewayUnavailable, GatewayProblem, SignedOut, KeyError, ValueError, TypeError) as error:
        logger.warning("the market's clock is unknown: %s", error)
        clock, kept_s = MarketClock(clock.feed), RETRY_S
    _kept[settings.GATEWAY_URL] = time.monotonic() + kept_s, clock
    return clock


def market_clock(request: HttpRequest) -> dict[str, Any]:
    """``market_clock`` for the pages that show it: called once by a page, and by none that does not."""
    gateway = getattr(request, "gateway", None)
    return {"market_clock": cache(lambda: clock_read(gateway) if gateway else MarketClock())}


def _parsed(answer: dict[str, Any]) -> MarketClock:
    moment = datetime.fromisoformat(answer["time"])
    return MarketClock(answer["feed"], moment, bool(answer["paused"]), float(answer["speed"]))
