"""One's e-mail: changing it under ``/security``, and ``/confirm-email``, where a mailed link leads."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from web_frontend.accounts.forms import ConfirmEmailForm, EmailForm
from web_frontend.accounts.security import security_page
from web_frontend.forms import submitted
from web_frontend.gateway_client import GatewayProblem, GatewayRequest
from web_frontend.pages import go_to, show_form, signed_in
from web_frontend.sessions import tokens


@sensitive_post_parameters("password")
@require_POST
@signed_in
def email_change(request: GatewayRequest) -> HttpResponse:
    """Ask for another address; a link is mailed there."""
    form = EmailForm(request.POST, auto_id="email-%s")
    wanted = submitted(form, lambda: request.gateway.post("/api/v1/users/me/email", form.cleaned_data))
    if wanted is None:
        return security_page(request, email_form=form)
    message = _("We emailed a link to %(email)s. Follow it to make this your e-mail.")
    messages.success(request, message % {"email": wanted["email_wanted"]})
    return go_to(request, reverse("security"))


@require_POST
@signed_in
def email_confirmation_resend(request: GatewayRequest) -> HttpResponse:
    """Have the link mailed again; of an address that is confirmed meanwhile there is nothing to say."""
    try:
        request.gateway.post("/api/v1/users/me/email/confirmation")
        messages.success(request, _("We emailed the link again."))
    except GatewayProblem as problem:
        if problem.status not in (409, 429):
            raise
        messages.warning(request, problem.detail)
    return go_to(request, reverse("security"))


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: GatewayRequest) -> HttpResponse:
    """Ask once more, since programs that look through mail follow links; a POST confirms."""
    form = ConfirmEmailForm(request.POST or None, auto_id="confirm-%s")
    address = "/api/v1/auth/email-confirmation"
    if done := submitted(form, lambda: request.gateway.post(address, form.cleaned_data, public=True)):
        messages.success(request, _("%(email)s is confirmed.") % {"email": done["email"]})
        return go_to(request, reverse("security" if tokens.is_signed_in(request) else "sign_in"))
    status = 422 if request.method == "POST" else 200
    fragment = "accounts/confirm_email_form.html"
    return show_form(request, _("Confirm your e-mail"), fragment, {"form": form}, status=status)
