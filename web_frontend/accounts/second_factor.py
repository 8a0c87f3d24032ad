"""``/security/second-factor``: turn the second factor on with an app, off again, and make recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from servicekit.qr_code import qr_svg
from web_frontend.accounts.forms import SecondFactorForm, TurnOnForm
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayRequest
from web_frontend.pages import go_to, show, signed_in

_FACTOR = "/api/v1/users/me/second-factor"


@sensitive_post_parameters("secret", "code", "password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def second_factor_show(request: GatewayRequest) -> HttpResponse:
    """The page; a POST turns it on or off, or makes recovery codes, which its response shows this once."""
    act = {"on": _turn_on, "codes": _new_codes, "off": _turn_off}.get(request.POST.get("do", ""), _show)
    return act(request)


def _show(request: GatewayRequest) -> HttpResponse:
    return _page(request, request.gateway.get(_FACTOR))


def _turn_on(request: GatewayRequest) -> HttpResponse:
    form = TurnOnForm(request.POST)
    made = submitted(form, lambda: request.gateway.post(_FACTOR, form.cleaned_data))
    if made is None:
        return _page(request, request.gateway.get(_FACTOR), form=form, status=422)
    messages.success(request, _("The second factor is on. You are signed out everywhere else."))
    return _page(request, request.gateway.get(_FACTOR), codes=made["recovery_codes"])


def _new_codes(request: GatewayRequest) -> HttpResponse:
    form = SecondFactorForm(request.POST)
    made = submitted(form, lambda: request.gateway.post(f"{_FACTOR}/recovery-codes", form.cleaned_data))
    state = request.gateway.get(_FACTOR)
    if made is None:
        return _page(request, state, form=form, status=422)
    return _page(request, state, codes=made["recovery_codes"])


def _turn_off(request: GatewayRequest) -> HttpResponse:
    form = SecondFactorForm(request.POST)
    if submitted(form, lambda: request.gateway.post(f"{_FACTOR}/off", form.cleaned_data)) is None:
        return _page(request, request.gateway.get(_FACTOR), form=form, status=422)
    messages.success(request, _("The second factor is off. You are signed out everywhere else."))
    return go_to(request, reverse("security"))


def _page(
    request: GatewayRequest,
    state: dict[str, Any],
    *,
    form: TurnOnForm | SecondFactorForm | None = None,
    codes: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"state": state, "codes": codes}
    if state["turned_on_at"]:
        context["form"] = form if isinstance(form, SecondFactorForm) else SecondFactorForm()
    else:
        typed = form.data.get("secret", "") if isinstance(form, TurnOnForm) else ""
        secret = typed if _is_secret(typed) else state["new_secret"]
        uri = state["uri"].replace(state["new_secret"], secret)
        context |= {
            "form": form if isinstance(form, TurnOnForm) and secret == typed else TurnOnForm(),
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "qr": mark_safe(qr_svg(uri)),
        }
        if not context["form"].is_bound:
            context["form"].initial["secret"] = secret
    panel = "accounts/second_factor_panel.html"
    return show(request, "accounts/second_factor.html", context, fragment=panel, status=status)


def _is_secret(text: str) -> bool:
    """Whether it is one that this page was shown with: what is typed wrong below it changes no QR code."""
    return len(text) == 32 and text.isascii() and text.isalnum()
