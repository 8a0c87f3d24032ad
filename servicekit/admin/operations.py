"""Actions of operators on rows: each has a page that shows what will happen and asks for a reason.

What was shown is what is done: the page carries a digest of what it showed, and if any of that has
changed when the operator confirms, nothing is done and the page is shown again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from servicekit.audit.actors import Actor
from servicekit.errors import ChangedMeanwhile, DomainError

if TYPE_CHECKING:
    from servicekit.admin.bases import ServiceAdmin

Text = str | Promise

#: So many rows at most are decided upon at once.
MAX_ROWS = 50


class ReasonForm(forms.Form):
    """The reason."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the operator sees before confirming.

    Attributes:
        now, then: what it is, and what it will be; ``then`` is "" where it stays.
        amount: by how much it changes, where that is of interest.
        binding: the operation is done only while it is still so.
    """

    label: Text
    now: Text
    then: Text = ""
    amount: Text = ""
    binding: bool = True


def _lock(thing: Any) -> Any:
    return type(thing)._default_manager.select_for_update(no_key=True).get(pk=thing.pk)


def calls(
    use_case: Callable[..., object], id_name: str = ""
) -> Callable[[Any, dict[str, Any], Actor], object]:
    """An operation's ``act``: calls a use-case with what the form asks for (``reason``, …) and ``by``.

    Args:
        id_name: the name of the use-case's argument that is the row's id; "": it takes none.
    """

    def act(thing: Any, form: dict[str, Any], by: Actor) -> object:
        row = {id_name: thing.pk} if id_name else {}
        return use_case(**row, **form, by=by)

    return act


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An action of operators on rows of a model.

    Attributes:
        name: in addresses.
        title: what it does, as a button says it.
        done: what is said afterwards.
        facts: what is shown of a row; what it refuses (a DomainError) is shown instead.
        act: does it with a row, given the cleaned form and who does it.
        offered: whether a row's page offers it.
        lock: locks a row and what its facts depend on; called in the transaction of ``act``.
        form: asks for the reason, and what else is needed.
        note: what operators should know beforehand.
        many: it is offered above the list too.
        atomic: ``facts``, ``act`` share a transaction; False where ``act`` has its own.
    """

    name: str
    title: Text
    done: Text
    act: Callable[[Any, dict[str, Any], Actor], object]
    facts: Callable[[Any], Sequence[Fact]]
    offered: Callable[[Any], bool] = lambda thing: True
    lock: Callable[[Any], Any] = _lock
    form: type[forms.Form] = ReasonForm
    note: Text = ""
    many: bool = True
    atomic: bool = True


@dataclass
class Row:
    """A row on the page: what is shown of it, or why it is refused."""

    thing: Any
    facts: Sequence[Fact] = ()
    refused: str = ""
    digest: str = field(default="", init=False)

    @property
    def changes(self) -> bool:
        """Whether it is known what any of it will be."""
        return any(fact.then for fact in self.facts)

    def __post_init__(self) -> None:
        shown = [[str(fact.label), str(fact.now), str(fact.then)] for fact in self.facts if fact.binding]
        self.digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def operation_action(operation: Operation) -> Callable[..., HttpResponse | None]:
    """The entry of a list's menu of actions: leads to the operation's page."""

    def action(admin: ServiceAdmin, request: HttpRequest, rows: Any) -> HttpResponse | None:
        if rows.count() > MAX_ROWS:
            text = ngettext("At most %(most)d row at once.", "At most %(most)d rows at once.", MAX_ROWS)
            admin.message_user(request, text % {"most": MAX_ROWS}, messages.ERROR)
            return None
        return HttpResponseRedirect(admin.operation_address(operation, rows))

    return action


def operation_page(admin: ServiceAdmin, request: HttpRequest, operation: Operation) -> HttpResponse:
    """Ask for the reason; once it is given, do it with each row, unless something has changed meanwhile.

    Raises:
        PermissionDenied: the operator may not change such rows.
    """
    if not admin.may_operate(request):
        raise PermissionDenied
    things = _chosen(admin, request)
    names = f"{admin.admin_site.name}:{admin.opts.app_label}_{admin.opts.model_name}"
    to_list = reverse(f"{names}_changelist")
    if not things:
        messages.error(request, _("The selected rows no longer exist."))
        return HttpResponseRedirect(to_list)
    back = reverse(f"{names}_change", args=[things[0].pk]) if len(things) == 1 else to_list
    form = operation.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        rows, done = _act(request, operation, things, form)
        if done:
            admin.message_user(request, _done(operation, done), messages.SUCCESS)
        if not rows:
            is_there = admin.model._default_manager.filter(pk=things[0].pk).exists()
            return HttpResponseRedirect(back if is_there else to_list)
    else:
        rows = [_preview(operation, thing) for thing in things]
    context = {
        **admin.admin_site.each_context(request),
        "title": operation.title,
        "operation": operation,
        "opts": admin.opts,
        "rows": rows,
        "form": form,
        "possible": any(row.facts for row in rows),
        "back": back,
    }
    return TemplateResponse(request, "admin/operation.html", context)


def _chosen(admin: ServiceAdmin, request: HttpRequest) -> list[Any]:
    """The rows whose ids are in the address; what is no id of such a row is left out."""
    pk, ids = admin.opts.pk, []
    for text in request.GET.getlist("id")[:MAX_ROWS]:
        try:
            ids.append(pk.to_python(text))
        except (ValidationError, ValueError, OverflowError):
            continue
    try:
        rows = list(admin.get_queryset(request).filter(pk__in=ids))
    except (ValueError, OverflowError):  # beyond the range of the column
        return []
    admin.add_names(rows)
    return rows


def _preview(operation: Operation, thing: Any) -> Row:
    try:
        return Row(thing, operation.facts(thing))
    except DomainError as error:
        return Row(thing, refused=error.detail)


def _act(
    request: HttpRequest, operation: Operation, things: Sequence[Any], form: forms.Form
) -> tuple[list[Row], int]:
    """Do it with each row. Returns where it was not done (and why, as it is now), and how often it was."""
    left, missed, by = [], 0, Actor.of(request.user)
    for thing in things:
        try:
            with transaction.atomic() if operation.atomic else nullcontext():
                locked = operation.lock(thing) if operation.atomic else thing
                if Row(locked, operation.facts(locked)).digest != request.POST.get(f"seen-{thing.pk}"):
                    raise ChangedMeanwhile
                operation.act(locked, form.cleaned_data, by)
        except DomainError as error:
            now = type(thing)._default_manager.filter(pk=thing.pk).first()
            if now is None:
                messages.error(request, error.detail)
                missed += 1
                continue
            row = _preview(operation, now)
            row.refused = error.detail
            left.append(row)
        except type(thing).DoesNotExist:
            messages.error(request, str(ChangedMeanwhile.message))
            missed += 1
    return left, len(things) - len(left) - missed


def _done(operation: Operation, count: int) -> str:
    return str(operation.done) if count == 1 else f"{operation.done} ({count})"
