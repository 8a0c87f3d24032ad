"""Cash: what is available, which orders hold how much, topping up, withdrawing, and the latest operations."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from servicekit.contracts.values import FINAL_STATUSES, ORDER_STATUSES
from servicekit.home_currency import home_currency
from web_frontend.cash.account import account_ask, frozen_text
from web_frontend.forms import KEY, AmountField, PageForm, add_problem, key_field, with_keys
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import attempt, go_to, keeps, next_address, show_early, signed_in, wants_fragment
from web_frontend.templatetags.formatting import in_field, money

#: How many of the latest operations stand on the page; all of them are in the history.
LATEST = 5
#: And how many of the orders that cash is held for.
HELD = 20
#: The states of an order that cash may be held for, as the API takes them.
OPEN = ",".join(status for status in ORDER_STATUSES if status not in FINAL_STATUSES)

#: What of the address fills in an amount → what is the Idempotency-Key of that form.
KEYS = {"amount": "key", "withdraw": "withdraw_key"}

#: Amounts to top up by at a click, where a unit of the currency is worth much less than a dollar.
QUICK_AMOUNTS = {"RUB": ("10000", "100000", "1000000")}


class AmountForm(PageForm):
    """An amount, and the Idempotency-Key that makes sending it twice one booking."""

    amount = AmountField(
        max_length=40,
        error_messages={"required": gettext_lazy("Enter an amount.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    key = key_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Amount, %(currency)s") % {"currency": self.currency}

    @property
    def currency(self) -> str:
        """Of the account."""
        return home_currency()

    @property
    def quick_amounts(self) -> tuple[str, ...]:
        """What is often topped up by."""
        return QUICK_AMOUNTS.get(self.currency, ("100", "1000", "10000"))

    def renew(self, why: str) -> None:
        """Say why nothing was booked, and have a new key: sent again, the form books."""
        self.data = {**dict(self.data.items()), "key": str(uuid4())}
        self.add_error(None, why)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@keeps(amount="amount")
def cash_show(request: GatewayRequest) -> HttpResponse:
    """The cash page; a POST tops up, and leads back to the order (``next``) that there was no cash for."""
    if request.method != "POST":
        filled_in = [key for amount, key in KEYS.items() if request.GET.get(amount)]
        if not request.htmx and (keyed := with_keys(reverse("cash"), request.GET, *filled_in)):
            return go_to(request, keyed)
        return _page(request)
    form = AmountForm(request.POST, auto_id="top-up-%s")
    reused = _("This form was already used for another top-up. Send it again to top up once more.")
    booked = _book(request, form, "/api/v1/deposits", quota="deposit_quota_exceeded", reused=reused)
    if booked is None:
        return _refused(request, "cash/top_up.html", top_up=form)
    _tell(request, _("Your account was topped up by %(amount)s."), booked)
    return go_to(request, next_address(request, reverse("cash")))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@keeps(amount="withdraw")
def cash_withdraw(request: GatewayRequest) -> HttpResponse:
    """Take money out; a GET, of a reader who reloads or shares the address, leads to the cash page."""
    if request.method != "POST":
        return go_to(request, reverse("cash"))
    form = AmountForm(request.POST, auto_id="withdraw-%s")
    reused = _("This form was already used for another withdrawal. Send it again to withdraw once more.")
    booked = _book(request, form, "/api/v1/withdrawals", quota="withdrawal_quota_exceeded", reused=reused)
    if booked is None:
        return _refused(request, "cash/withdraw.html", withdraw=form)
    _tell(request, _("%(amount)s was withdrawn from your account."), booked)
    return go_to(request, reverse("cash"))


def _tell(request: GatewayRequest, message: str, booked: dict[str, Any]) -> None:
    """Say what was booked, and of a form that was sent before that it was not booked twice."""
    said = message % {"amount": money(booked["amount"], booked["currency"])}
    if request.gateway.replayed:
        said += " " + _("The form was sent before, so nothing was booked twice.")
    messages.success(request, said)


def _book(
    request: GatewayRequest, form: AmountForm, path: str, *, quota: str, reused: str
) -> dict[str, Any] | None:
    """Send what the form says; None, and why in the form, when it is refused."""
    if not form.is_valid():
        if "key" in form.errors:
            form.renew(_("A part of this form was lost on the way, so nothing was booked. Send it again."))
        return None
    body = {"amount": form.cleaned_data["amount"], "currency": home_currency()}
    try:
        booked: dict[str, Any] = request.gateway.post(path, body, key=form.cleaned_data["key"])
    except GatewayProblem as problem:
        if problem.status not in (400, 409, 422) and problem.code != quota:
            raise
        if problem.code == "idempotency_key_reused":
            form.renew(reused)
        elif problem.code == "account_not_ready":
            form.add_error(None, _("Your account is still being opened. Please try again in a moment."))
        else:
            add_problem(form, problem)
        return None
    return booked


def _refused(request: GatewayRequest, part: str, **form: AmountForm) -> HttpResponse:
    """The form with what is wrong, alone or with its page."""
    if wants_fragment(request):
        return render(request, part, {**form, "next": next_address(request, "")}, status=422)
    return _page(request, status=422, **form)


def _page(
    request: GatewayRequest,
    *,
    status: int = 200,
    top_up: AmountForm | None = None,
    withdraw: AmountForm | None = None,
) -> HttpResponse:
    gateway = request.gateway
    asked = (
        account_ask(request),
        gateway.ask("/api/v1/operations", page_size=LATEST, fees="included"),
        gateway.ask("/api/v1/account/holds", page_size=HELD),
        gateway.ask("/api/v1/orders", status=OPEN, side="buy"),
    )

    def answered() -> tuple[dict[str, Any], int]:
        account, operations, holds, orders = map(attempt, asked)
        values = {
            "account": account,
            "frozen": frozen_text(account),
            "operations": operations,
            "holds": holds,
            "held": _held(holds, orders),
        }
        return values, status

    context = {
        "top_up": top_up or _filled_in(request.GET, "amount", "top-up-%s"),
        "withdraw": withdraw or _filled_in(request.GET, "withdraw", "withdraw-%s"),
        "next": next_address(request, ""),
    }
    return show_early(request, "cash/page.html", context, answered)


def _filled_in(query: QueryDict, name: str, auto_id: str) -> AmountForm:
    """A form with the amount that the address has: a page that knows what is missing leads here with it."""
    amount, key = in_field(query.get(name, "")[:40]), query.get(KEYS[name], "")
    key = key if amount and KEY.fullmatch(key) else str(uuid4())
    return AmountForm(initial={"key": key, "amount": amount}, auto_id=auto_id)


def _held(holds: dict[str, Any] | None, orders: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Each hold with the order it is for, if that is among those that were found."""
    known = {order["id"]: order for order in orders["results"]} if orders else {}
    return [{**hold, "order": known.get(hold["order_id"])} for hold in holds["results"]] if holds else []
