"""The list of orders: open ones first, both kinds by one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from servicekit.contracts.values import FINAL_STATUSES, ORDER_STATUSES
from web_frontend.forms import typed
from web_frontend.gateway_client import GatewayRequest
from web_frontend.orders.amounts import expected_of
from web_frontend.orders.state import is_replaceable, seen_of
from web_frontend.pages import attempt, follow_filters, page_links, show_early, wants_fragment

#: Seconds until open orders are looked at again: while the exchange has to answer for some, and otherwise.
SOON_S, LATER_S = 1, 5

#: What rows without an open order say that they show: whatever the stream tells of is new to them.
NONE_OPEN = "none"

#: A page of orders; None: not known.
Answer = dict[str, Any] | None

STATUSES = {
    "open": ",".join(status for status in ORDER_STATUSES if status not in FINAL_STATUSES),
    "ended": ",".join(status for status in ORDER_STATUSES if status in FINAL_STATUSES),
}


@dataclass(frozen=True)
class Filters:
    """What is shown of the orders; it lives in the address.

    Attributes:
        show: ``open``, ``ended``, or "" for both.
        ticker: only those of this instrument; "" for all.
        cursor: of a later page, of one of both only.
    """

    show: str = ""
    ticker: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, data: Mapping[str, str]) -> Filters:
        """Those of an address or a form; what is none of ours is as good as none."""
        wanted = data.get("show", "") if data.get("show") in STATUSES else ""
        cursor = data.get("cursor", "") if wanted else ""
        return cls(wanted, typed(data, "ticker", 32), cursor)

    @property
    def chosen(self) -> dict[str, str]:
        """The parameters that are not empty, without the cursor."""
        return {name: value for name in ("show", "ticker") if (value := getattr(self, name))}

    @property
    def address(self) -> str:
        """The address of the list with these filters."""
        query = urlencode(self.chosen | ({"cursor": self.cursor} if self.cursor else {}))
        return reverse("orders") + (f"?{query}" if query else "")


def show_list(
    request: GatewayRequest, filters: Filters, *, seen: str = "", problem: str = ""
) -> HttpResponse:
    """The list, or its rows for htmx.

    Args:
        seen: what the rows show that ask again by themselves: nothing new among the open orders is a 204.
        problem: what to say above them.
    """
    if seen and wants_fragment(request):
        open_ = _ask(request, "open", filters)()
        if open_ is None or _seen(open_) == seen:
            return HttpResponse(status=204)
    # Asked for by the filters, which stay on the page: rows may be gone when their own answer comes.
    filtered = wants_fragment(request) and request.method == "GET" and not seen
    context = {"filters": filters, "problem": problem, "here": filters.address, "filtered": filtered}
    asked = _all_ask(request, filters)

    def answered() -> tuple[dict[str, Any], int]:
        answers = asked()
        return _lists(answers, filters), 200 if any(answers.values()) else 503

    response = show_early(request, "orders/page.html", context, answered, fragment="orders/rows.html")
    if filtered:
        follow_filters(request, response, filters.address, typed="ticker")
    return response


def _lists(answers: dict[str, Answer], filters: Filters) -> dict[str, Any]:
    """What the page shows of the answers, and when it looks again."""
    known = [answer for answer in answers.values() if answer is not None]
    open_ = answers.get("open")
    return {
        "sections": [_section(kind, answer, filters) for kind, answer in answers.items()],
        "nothing": bool(known) and len(known) == len(answers) and not any(a["results"] for a in known),
        "every": SOON_S if _is_moving(open_) else LATER_S,
        "seen": "" if open_ is None or filters.cursor else _seen(open_) if open_["results"] else NONE_OPEN,
        "waits": bool(open_ and open_["results"]),
    }


def _ask(request: GatewayRequest, kind: str, filters: Filters, *, include: str = "") -> Callable[[], Answer]:
    asked = request.gateway.ask(
        "/api/v1/orders",
        status=STATUSES[kind],
        ticker=filters.ticker,
        cursor=filters.cursor,
        include=include,
    )
    return lambda: attempt(asked)


def _all_ask(request: GatewayRequest, filters: Filters) -> Callable[[], dict[str, Answer]]:
    """Ask for each kind of orders that is shown: kind → a page of them, the open ones first."""
    if filters.show:
        one = _ask(request, filters.show, filters)
        return lambda: {filters.show: one()}
    both = _ask(request, "ended", filters, include="open")

    def answers() -> dict[str, Answer]:
        ended = both()
        open_ = ended.pop("open", None) if ended else None
        if ended and open_ is None:  # while an upgrade runs, the version before does not tell them together
            open_ = _ask(request, "open", filters)()
        return {"open": open_, "ended": ended}

    return answers


def _section(kind: str, answer: dict[str, Any] | None, filters: Filters) -> dict[str, Any]:
    chosen = filters.chosen | {"show": kind}
    for order in answer["results"] if answer else ():
        order["replaceable"], order["expected"] = is_replaceable(order), expected_of(order)
    return {"kind": kind, "answer": answer, **page_links(answer, **chosen)}


def _is_moving(answer: dict[str, Any] | None) -> bool:
    """Whether the exchange is about to say something of an open order."""
    orders = answer["results"] if answer else []
    return any(order["cancel_requested_at"] or not order["rested_at"] for order in orders)


def _seen(answer: dict[str, Any]) -> str:
    return seen_of(answer["results"])
