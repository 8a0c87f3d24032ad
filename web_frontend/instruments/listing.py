"""The market: the list of what can be bought, its search, and the watchlist, which alone needs a sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from web_frontend.forms import typed
from web_frontend.gateway_client import GatewayRequest
from web_frontend.labels import LABELS
from web_frontend.pages import (
    attempt,
    go_to,
    show_early,
    sign_in_address,
    wants_fragment,
)
from web_frontend.sessions.tokens import is_signed_in
from web_frontend.templatetags.addresses import address
from web_frontend.templatetags.remembered import written_rows
from web_frontend.watchlist.watched import watched_ask

PAGE_SIZE = 50
#: The number of a page; anything else in its place is the first one.
PAGE = re.compile(r"[1-9][0-9]{0,5}")

Watched = Callable[[], list[str] | None]


@dataclass(frozen=True)
class Filters:
    """What the address says of the list; what it cannot say is left out.

    Attributes:
        watched: ``yes`` for what is on the watchlist only.
    """

    search: str = ""
    type: str = ""
    ordering: str = ""
    watched: str = ""
    page: str = ""

    @classmethod
    def of(cls, data: QueryDict) -> Filters:
        return cls(
            search=typed(data, "search", 100),
            type=data.get("type", "") if data.get("type") in LABELS["types"] else "",
            ordering=data.get("ordering", "") if data.get("ordering") in LABELS["orderings"] else "",
            watched="yes" if data.get("watched") == "yes" else "",
            page=data.get("page", "") if PAGE.fullmatch(data.get("page", "")) else "",
        )

    @property
    def address(self) -> str:
        query = urlencode({name: value for name, value in vars(self).items() if value})
        return address("instruments") + (f"?{query}" if query else "")

    def links(self, answer: dict[str, Any] | None) -> dict[str, str]:
        """The addresses of the pages before and after, "" where there is none."""
        number = int(self.page or 1)
        steps = {"previous": number - 1, "next": number + 1}
        return {
            name: replace(self, page=str(step)).address if answer and answer[name] else ""
            for name, step in steps.items()
        }


@require_safe
def instrument_list(request: GatewayRequest) -> HttpResponse:
    """The list; what is searched for lives in the address."""
    filters = Filters.of(request.GET)
    if filters.watched and not is_signed_in(request):
        return go_to(request, sign_in_address(request))
    context = {
        "search": filters.search,
        "type": filters.type,
        "ordering": filters.ordering,
        "only_watched": bool(filters.watched),
        "orderings": list(LABELS["orderings"]),
        "here": filters.address,
    }
    asked = _ask(request, filters)

    def answered() -> tuple[dict[str, Any], int]:
        watched, answer = asked()
        values = {
            "watched": watched,
            "types": _types(answer, filters.type),
            "answer": answer,
            "currency": answer["results"][0]["currency"] if answer and answer["results"] else "",
            **filters.links(answer),
        }
        return values, 200 if answer else 503

    response = show_early(
        request, "instruments/page.html", context, answered, fragment="instruments/rows.html"
    )
    if wants_fragment(request):
        # while somebody types, or the market's day ends, the address follows, and Back goes further back
        follows = request.htmx.trigger in ("search", "rows")  # type: ignore[attr-defined]
        response["HX-Replace-Url" if follows else "HX-Push-Url"] = filters.address
    return response


def _ask(request: GatewayRequest, filters: Filters) -> Callable[[], tuple[Watched, dict[str, Any] | None]]:
    """Ask for what gives the watchlist, and a page of instruments; None of each when its source is down.

    The rows are written while the watchlist is waited for, unless it says which ones to ask for.
    """
    if filters.watched:
        watched_first = watched_ask(request)

        def those_watched() -> tuple[Watched, dict[str, Any] | None]:
            watched = watched_first()
            answer = None if watched is None else attempt(_page_ask(request, filters, watched))
            return lambda: watched, answer

        return those_watched
    watched = watched_ask(request) if _is_known(request) else lambda: None
    page = _page_ask(request, filters)
    return lambda: (watched, attempt(page))


def _is_known(request: GatewayRequest) -> bool:
    """Whether somebody is signed in; while the session store is down, nobody is."""
    try:
        return is_signed_in(request)
    except RedisError:
        return False


def _page_ask(
    request: GatewayRequest, filters: Filters, tickers: list[str] | None = None
) -> Callable[[], dict[str, Any]]:
    """Ask for a page of instruments; its ``rows`` are the ticker of each, and how its row is written."""
    asked = request.gateway.ask(
        "/api/v1/instruments",
        public=True,
        search=filters.search,
        type=filters.type,
        ordering=filters.ordering,
        page=filters.page,
        page_size=PAGE_SIZE,
        include="types,hours",
        tickers=None if tickers is None else ",".join(tickers) or ",",
    )

    def page() -> dict[str, Any]:
        answer = asked()
        hours = answer.get("hours", {})
        for row in answer["results"]:
            row["hours"] = hours.get(row["ticker"], [])
        written = written_rows("instruments/row.html", instrument=answer["results"])
        answer["rows"] = list(zip((row["ticker"] for row in answer["results"]), written, strict=True))
        return answer

    return page


def _types(answer: dict[str, Any] | None, chosen: str) -> list[str]:
    """The types to choose from: those that there are, and the one that is chosen; all when nobody knows."""
    known = LABELS["types"] if not answer or "types" not in answer else (chosen, *answer["types"])
    return [name for name in LABELS["types"] if name in known]
