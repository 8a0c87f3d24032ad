"""Cash: what is available, what open orders hold, topping up, and the latest operations."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from servicekit.money import HOME_CURRENCY
from web_frontend.cash.account import account_read, frozen_words
from web_frontend.forms import AmountField, add_problem, key_field
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import attempt, go_to, signed_in, wants_fragment
from web_frontend.templatetags.formatting import money

#: How many of the latest operations stand on the page; all of them are in the history.
LATEST = 5


class TopUpForm(forms.Form):
    """An amount, and the Idempotency-Key that makes sending it twice one deposit."""

    use_required_attribute = False
    amount = AmountField(
        label=gettext_lazy("Amount, USD"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter an amount.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    key = key_field()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def cash_show(request: GatewayRequest) -> HttpResponse:
    """The cash page; a POST tops up."""
    form = TopUpForm(initial={"key": str(uuid4())}, auto_id="top-up-%s")
    if request.method == "POST":
        form = TopUpForm(request.POST, auto_id="top-up-%s")
        if form.is_valid() and (response := _top_up(request, form)):
            return response
    return _page(request, form)


def _top_up(request: GatewayRequest, form: TopUpForm) -> HttpResponse | None:
    deposit = {"amount": form.cleaned_data["amount"], "currency": HOME_CURRENCY}
    try:
        booked = request.gateway.post("/api/v1/deposits", deposit, key=form.cleaned_data["key"])
    except GatewayProblem as problem:
        if problem.status not in (400, 409, 422) and problem.code != "deposit_quota_exceeded":
            raise
        if problem.code == "idempotency_key_reused":
            form.data = {**{name: form.data[name] for name in form.data}, "key": str(uuid4())}
            form.add_error(
                None, _("This form was already used for another top-up. Send it again to top up once more.")
            )
        elif problem.code == "account_not_ready":
            form.add_error(None, _("Your account is still being opened. Please try again in a moment."))
        else:
            add_problem(form, problem)
        return None
    said = _("Your account was topped up by %(amount)s.")
    messages.success(request, said % {"amount": money(booked["amount"], booked["currency"])})
    return go_to(request, reverse("cash"))


def _page(request: GatewayRequest, form: TopUpForm) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    refused = form.is_bound
    if not (refused and wants_fragment(request)):
        context["account"] = attempt(lambda: account_read(request))
        context["frozen"] = frozen_words(context["account"])
        context["operations"] = attempt(lambda: request.gateway.get("/api/v1/operations", page_size=LATEST))
    part = refused and wants_fragment(request)
    return render(
        request, "cash/top_up.html" if part else "cash/page.html", context, status=422 if refused else 200
    )
