"""A page of the admin that asks why before something is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


def reason_page(
    admin: ModelAdmin,
    request: HttpRequest,
    object_id: str,
    *,
    title: str | Promise,
    done: str | Promise,
    act: Callable[[Any, str], object],
) -> HttpResponse:
    """Ask for the reason; once it is given, do it and go back to the object's page.

    Args:
        title: what is going to be done.
        done: what is said afterwards.
        act: does it, given the object and the reason; what it refuses is shown on the page.

    Raises:
        PermissionDenied: the operator may not change such objects.
    """
    meta = admin.model._meta
    if not request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}"):
        raise PermissionDenied
    thing = admin.get_object(request, object_id)
    back = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id])
    if thing is None:
        return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(thing, form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            admin.log_change(request, thing, f"{title}: {form.cleaned_data['reason']}")
            admin.message_user(request, str(done), messages.SUCCESS)
            return HttpResponseRedirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "opts": meta,
        "original": thing,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "admin/ledger/reason.html", context)
