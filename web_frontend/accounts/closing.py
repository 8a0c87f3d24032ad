"""``/security/close-account``: closing one's account for good."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from web_frontend.accounts.forms import CloseAccountForm
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayProblem, GatewayRequest, SignedOut
from web_frontend.pages import attempt, go_to, show, signed_in
from web_frontend.sessions import tokens

_CLOSING, _FACTOR = "/api/v1/users/me/closing", "/api/v1/users/me/second-factor"
#: Where what stands in the way can be done away with.
NEXT_STEPS = {
    "cash_left": "cash",
    "cash_held": "orders",
    "orders_open": "orders",
    "positions_left": "portfolio",
    "payments_due": "history",
}


class _WatchedForm(forms.Form):
    """Which request is watched."""

    closing = forms.UUIDField()


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account_close(request: GatewayRequest) -> HttpResponseBase:
    """The page, and what became of the request; a POST makes one.

    ``?closing=``: the request that is watched. Once the account is closed nobody is signed in any more,
    whichever page of the visitor's has noticed first.
    """
    if not tokens.is_signed_in(request) and (answer := _without_token(request)):
        return answer
    try:
        return _account_close(request)
    except SignedOut:
        if not (answer := _without_token(request)):
            raise
        tokens.sign_out(request)
        return answer


@require_http_methods(["GET", "HEAD"])
def account_closed(request: GatewayRequest) -> HttpResponse:
    """The end: what is left, and what is not."""
    return render(request, "accounts/account_closed.html")


@signed_in
def _account_close(request: GatewayRequest) -> HttpResponse:
    form = CloseAccountForm(request.POST or None, auto_id="close-%s")
    if asked := submitted(form, lambda: request.gateway.post(_CLOSING, form.cleaned_data)):
        return go_to(request, f"{reverse('account_close')}?{urlencode({'closing': asked['id']})}")
    closing = _latest(request)
    if closing and closing["state"] == "closed":  # and the tokens are refused in a moment
        tokens.sign_out(request)
        return _closed_page(request)
    context: dict[str, Any] = {"form": form, "closing": closing}
    if not closing or closing["state"] != "pending":
        context["has_factor"] = _may_have_factor(request)
    if closing and closing["state"] == "refused":
        context["reasons"] = [
            {**reason, "address": reverse(NEXT_STEPS[reason["code"]]) if reason["code"] in NEXT_STEPS else ""}
            for reason in closing["reasons"]
        ]
    return _shown(request, context, status=422 if request.method == "POST" else 200)


def _may_have_factor(request: GatewayRequest) -> bool:
    """Whether a code is asked for; it may be typed, too, while nobody tells."""
    factor = attempt(lambda: request.gateway.get(_FACTOR))
    return factor is None or bool(factor["turned_on_at"])


def _latest(request: GatewayRequest) -> dict[str, Any] | None:
    try:
        return request.gateway.get(_CLOSING)
    except GatewayProblem as problem:
        if problem.status != 404:
            raise
        return None


def _without_token(request: GatewayRequest) -> HttpResponse | None:
    """The page for who has no token any more, while the address names a pending or granted request.

    user_service refuses the tokens a moment before it says that the account is closed.
    """
    form = _WatchedForm(request.GET)
    if not form.is_valid():
        return None
    closing_id = str(form.cleaned_data["closing"])
    try:
        state = request.gateway.get(f"/api/v1/users/closings/{closing_id}", public=True)["state"]
    except GatewayProblem:
        return None
    if state == "pending":
        return _shown(request, {"closing": {"id": closing_id, "state": state}})
    return _closed_page(request) if state == "closed" else None


def _shown(request: GatewayRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return show(
        request,
        "accounts/close_account.html",
        context,
        fragment="accounts/close_account_panel.html",
        status=status,
    )


def _closed_page(request: GatewayRequest) -> HttpResponse:
    if bool(request.htmx):  # type: ignore[attr-defined]
        return go_to(request, reverse("account_closed"))
    return account_closed(request)
