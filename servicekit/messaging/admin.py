"""Events in the admin: published events, failed events, and operators' decisions about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled, person, short_id
from servicekit.admin.filters import event_types, one_of
from servicekit.admin.operations import Fact, Operation
from servicekit.audit.actors import Actor
from servicekit.errors import DomainError
from servicekit.messaging.models import DroppedEvent, FailedEvent, OutboxEvent, Replay, UnsentEvent
from servicekit.messaging.operate import dead_letters

_NAMES = {
    **labelled(
        type=_("type"),
        subject=_("subject"),
        sequence=_("number"),
        created_at=_("published"),
        envelope=_("envelope"),
        stream=_("stream"),
        attempts=_("attempts"),
        error=_("error"),
        first_failed_at=_("first failed"),
        dead_at=_("given up"),
        dropped_at=_("dropped"),
        reason=_("reason"),
    ),
    "id": short_id("id", label=_("event")),
    "event_id": short_id("event_id", label=_("event")),
    "dropped_by": person("dropped_by", label=_("dropped by")),
}


def _named(*names: str) -> dict[str, Any]:
    return {name: _NAMES[name] for name in names}


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "subject", "sequence", "created_at", "sent")
    list_filter = (one_of("type", _("type"), event_types(lambda: settings.SERVICE_NAME)),)
    shown = _named("id", "type", "subject", "sequence", "created_at", "envelope")
    find_ids = ("id",)
    find_texts = ("subject",)
    fields = ("id", "type", "subject", "sequence", "created_at", "sent", "envelope")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEvent]:
        """With whether each was sent."""
        waits = UnsentEvent.objects.filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(sent=~Exists(waits))

    @admin.display(boolean=True, description=_("sent"))
    def sent(self, event: OutboxEvent) -> bool:
        """Whether the stream has taken it."""
        return bool(event.sent)  # type: ignore[attr-defined]


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    list_display = ("at", "by", "events")
    fields = list_display
    ordering = ("-at",)


class NoDeadLetter(DomainError):
    """The event is still being retried, or has been dealt with already."""

    code = "no_dead_letter"
    status = 409
    title = _("Not a dead letter")
    message = _("This event is not a dead letter: it is still being retried, or it has been handled.")


class FailedAgain(DomainError):
    """Its handler raised again."""

    code = "failed_again"
    status = 409
    title = _("It failed again")
    message = _("It failed again: %(error)s")


def _facts(event: FailedEvent) -> Sequence[Fact]:
    if event.dead_at is None:
        raise NoDeadLetter
    return (
        Fact(_("type"), event.type),
        Fact(_("subject"), event.subject),
        Fact(_("attempts"), str(event.attempts)),
        Fact(_("error"), event.error),
    )


def _retry(event: FailedEvent, form: dict[str, Any], by: Actor) -> None:
    try:
        outcome = dead_letters.retry(event.event_id, by=by, reason=form["reason"])
    except FailedEvent.DoesNotExist:
        raise NoDeadLetter from None
    if not outcome.handled:
        raise FailedAgain(error=outcome.error)


def _drop(event: FailedEvent, form: dict[str, Any], by: Actor) -> None:
    try:
        dead_letters.drop(event.event_id, by=by, reason=form["reason"])
    except FailedEvent.DoesNotExist:
        raise NoDeadLetter from None


@admin.register(FailedEvent)
class FailedEventAdmin(ReadOnlyAdmin):
    """Events that are retried, and dead letters, which operators can retry or drop."""

    list_display = ("event_id", "type", "subject", "attempts", "first_failed_at", "dead_at", "error")
    list_filter = (("dead_at", admin.EmptyFieldListFilter), one_of("type", _("type"), event_types()))
    shown = _named(*list_display, "stream", "envelope")
    find_ids = ("event_id",)
    find_texts = ("subject",)
    fields = (
        "event_id", "type", "subject", "stream", "attempts",
        "first_failed_at", "dead_at", "error", "envelope",
    )  # fmt: skip
    operations = (
        Operation(
            name="retry",
            title=_("Retry the dead letter"),
            done=_("The event was handled."),
            facts=_facts,
            act=_retry,
            offered=lambda event: event.dead_at is not None,
            atomic=False,
        ),
        Operation(
            name="drop",
            title=_("Drop the dead letter"),
            done=_("The event was dropped."),
            facts=_facts,
            act=_drop,
            offered=lambda event: event.dead_at is not None,
            note=_("The event will never take effect. It is kept, together with the reason."),
            atomic=False,
        ),
    )


@admin.register(DroppedEvent)
class DroppedEventAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "type", "subject", "dropped_at", "dropped_by", "reason")
    list_filter = (one_of("type", _("type"), event_types()),)
    fields = (
        "event_id", "dropped_at", "dropped_by", "reason",
        "type", "subject", "stream", "attempts", "first_failed_at", "error", "envelope",
    )  # fmt: skip
    shown = _named(*fields)
    find_ids = ("event_id",)
    find_texts = ("subject",)
    ordering = ("-dropped_at",)
