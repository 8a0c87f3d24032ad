"""Replacing an order that waits: what shall change, the review of it, and asking for it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from web_frontend.cash.account import account_ask
from web_frontend.forms import KEY, QuantityField
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.orders.state import is_replaceable
from web_frontend.pages import attempt, go_to, show, signed_in
from web_frontend.templatetags.formatting import units
from web_frontend.ticket.blocked_reason import blocked_reason
from web_frontend.ticket.estimate import Estimate, estimate
from web_frontend.ticket.limit import price_read
from web_frontend.ticket.max_quantity import replacement_error

#: Refusals that are shown in the form; of 429 only the daily quota, as the rest passes within seconds.
_REFUSALS, _QUOTA = (400, 409, 422), "order_quota_exceeded"


@dataclass(frozen=True)
class Replacement:
    """What shall take an order's place.

    Attributes:
        quantity_text, price_text: as they were typed.
        key: the Idempotency-Key of the replacement; the same through review and retry.
        quantity: in all, what is filled already included; None until it is a valid one.
        price: the new limit; "" until it is a valid one.
        quantity_error, price_error: what is wrong with them.
        problem: what stands against the replacement as a whole.
        estimate: what is not filled of it comes to, at the limit.
        review: it was submitted, and nothing stands against it.
    """

    quantity_text: str
    price_text: str
    key: str
    quantity: int | None = None
    price: str = ""
    quantity_error: str = ""
    price_error: str = ""
    problem: str = ""
    estimate: Estimate | None = None
    asked: bool = False

    @property
    def refused(self) -> bool:
        """Whether it was submitted and cannot go on."""
        return self.asked and bool(self.quantity_error or self.price_error or self.problem)

    @property
    def template(self) -> str:
        """Which form to show."""
        return "orders/replace_review.html" if self.asked and not self.refused else "orders/replace_form.html"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def order_replace(request: GatewayRequest, order_id: UUID) -> HttpResponse:
    """The form, its review (``step=review``), and with POST the replacement itself."""
    order = request.gateway.get(f"/api/v1/orders/{order_id}")
    there = reverse("order", args=[order_id])
    is_open = is_replaceable(order)
    if request.method != "POST" and not is_open:
        messages.warning(request, _("This order cannot be replaced any more."))
        return go_to(request, there)
    instrument = request.gateway.get(f"/api/v1/instruments/{quote(order['ticker'], safe='')}", public=True)
    if request.method != "POST":
        wanted = _checked(request, replacement_read(request.GET, order, instrument), order, instrument)
        return _show(request, order, instrument, wanted)
    wanted = replacement_read({**request.POST.dict(), "step": "review"}, order, instrument)
    if is_open:
        wanted = _checked(request, wanted, order, instrument)
    if wanted.refused:
        return _show(request, order, instrument, wanted) if is_open else go_to(request, there)
    body = {"quantity": wanted.quantity, "limit_price": wanted.price}
    try:
        request.gateway.post(f"/api/v1/orders/{order_id}/replace", body, key=wanted.key)
    except GatewayProblem as refusal:
        if refusal.status not in _REFUSALS and refusal.code != _QUOTA:
            raise
        if refusal.code == "order_not_replaceable":
            messages.warning(request, refusal.detail)
            return go_to(request, there)
        return _show(request, order, instrument, _refused(wanted, refusal))
    return go_to(request, there)


def replacement_read(
    data: Mapping[str, str], order: dict[str, Any], instrument: dict[str, Any]
) -> Replacement:
    """Read ``quantity, limit_price, key, step`` from a form's data; absent ones are as the order has them."""
    key = data.get("key", "")
    wanted = Replacement(
        quantity_text=data.get("quantity", str(order["quantity"])).strip()[:40],
        price_text=data.get("limit_price", order["limit_price"]).strip()[:40],
        key=key if KEY.fullmatch(key) else str(uuid4()),
        asked=data.get("step") == "review",
    )
    if not wanted.asked:
        return wanted
    price, price_error = price_read(wanted.price_text, instrument)
    wanted = replace(wanted, price=price, price_error=price_error)
    try:
        quantity = QuantityField().clean(wanted.quantity_text)
    except forms.ValidationError as error:
        return replace(wanted, quantity_error=error.messages[0])
    wanted = replace(wanted, quantity=quantity, quantity_error=_quantity_error(quantity, order, instrument))
    if wanted.refused:
        return wanted
    if (quantity, price) == (order["quantity"], order["limit_price"]):
        return replace(wanted, problem=_("Change the quantity or the limit price."))
    rest = quantity - order["filled_quantity"]
    return replace(wanted, estimate=estimate(instrument, order["side"], rest, limit_price=price))


def _checked(
    request: GatewayRequest, wanted: Replacement, order: dict[str, Any], instrument: dict[str, Any]
) -> Replacement:
    """With what stands against the new order now: nothing is canceled for one that would be rejected then."""
    side, means = order["side"], {"account": None, "positions": None}
    if wanted.estimate and side == "buy":
        means["account"] = attempt(account_ask(request))
    elif wanted.estimate:
        means["positions"] = attempt(request.gateway.ask("/api/v1/positions"))
    if problem := blocked_reason(instrument, side, means["account"], is_limit=True):
        return replace(wanted, problem=problem)
    if wanted.quantity is None or not wanted.estimate:
        return wanted
    error = replacement_error(order, wanted.quantity, wanted.price, instrument, **means)
    return replace(wanted, quantity_error=error)


def _quantity_error(quantity: int, order: dict[str, Any], instrument: dict[str, Any]) -> str:
    filled, lot = order["filled_quantity"], int(instrument.get("lot_size") or 1)
    if quantity <= filled:
        message = _("%(filled)s of the order are filled already: enter more than that.")
        return message % {"filled": units(filled)}
    if quantity != order["quantity"] and quantity % lot:
        return _("This instrument is traded in lots of %(lot)s: enter a multiple of it.") % {"lot": lot}
    return ""


def _refused(wanted: Replacement, refusal: GatewayProblem) -> Replacement:
    """The form with what the API said, beside the field it is about."""
    if refusal.code == "idempotency_key_reused":
        problem = _("This form was already used for another replacement. Review this one again.")
        return replace(wanted, key=str(uuid4()), problem=problem)
    errors = {error.get("field"): error.get("detail", "") for error in refusal.errors}
    quantity_error, price_error = errors.get("quantity", ""), errors.get("limit_price", "")
    return replace(
        wanted,
        quantity_error=quantity_error,
        price_error=price_error,
        problem="" if quantity_error or price_error else refusal.detail,
    )


def _show(
    request: GatewayRequest, order: dict[str, Any], instrument: dict[str, Any], wanted: Replacement
) -> HttpResponse:
    return show(
        request,
        "orders/replace.html",
        {"order": order, "instrument": instrument, "wanted": wanted},
        fragment=wanted.template,
        status=422 if wanted.refused else 200,
    )
