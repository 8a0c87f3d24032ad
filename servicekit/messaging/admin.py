from __future__ import annotations

import redis
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.messaging import dead_letters
from servicekit.messaging.models import DroppedEvent, FailedEvent, OutboxEvent, UnsentEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("position", "type", "subject", "sequence", "created_at", "sent")
    list_filter = ("type",)
    search_fields = ("=id", "=subject")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEvent]:
        """With whether each was sent."""
        waits = UnsentEvent.objects.filter(position=OuterRef("position"))
        return super().get_queryset(request).annotate(sent=~Exists(waits))

    @admin.display(boolean=True, description=_("sent"))
    def sent(self, event: OutboxEvent) -> bool:
        """Whether the stream has taken it."""
        return bool(event.sent)  # type: ignore[attr-defined]


class ReasonForm(ActionForm):
    """The bar above the list, with a field for the reason of a drop."""

    reason = forms.CharField(label=_("Reason, to drop"), required=False, max_length=500)


@admin.register(FailedEvent)
class FailedEventAdmin(ReadOnlyAdmin):
    """What is tried again and what was given up; of the latter, an operator decides."""

    list_display = ("event_id", "type", "subject", "attempts", "first_failed_at", "dead_at", "error")
    list_filter = (("dead_at", admin.EmptyFieldListFilter), "type")
    search_fields = ("=event_id", "=subject")
    actions = ("retry", "drop")
    action_form = ReasonForm

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whoever may change failed events decides about them, though nobody edits them."""
        return bool(request.user.has_perm("messaging.change_failedevent"))

    @admin.action(description=_("Handle the chosen dead letters again"), permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet[FailedEvent]) -> None:
        chosen = rows.filter(dead_at__isnull=False).order_by("dead_at")
        handled, failed = 0, []
        for event_id in chosen.values_list("event_id", flat=True):
            try:
                outcome = dead_letters.retry(event_id)
            except FailedEvent.DoesNotExist:  # somebody else was quicker
                continue
            except redis.RedisError as error:
                self._complain(request, error)
                return
            handled += outcome.handled
            if not outcome.handled:
                failed.append(f"{event_id}: {outcome.error}")
        text = ngettext("%(count)d event was handled.", "%(count)d events were handled.", handled)
        self.message_user(request, text % {"count": handled}, messages.SUCCESS if handled else messages.INFO)
        for text in failed:
            self.message_user(request, text, messages.ERROR)

    @admin.action(description=_("Never handle the chosen dead letters"), permissions=["operate"])
    def drop(self, request: HttpRequest, rows: QuerySet[FailedEvent]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            self.message_user(request, gettext("Write why they are dropped."), messages.ERROR)
            return
        dropped = 0
        for event_id in rows.filter(dead_at__isnull=False).values_list("event_id", flat=True):
            try:
                dead_letters.drop(event_id, by=str(request.user), reason=reason)
            except FailedEvent.DoesNotExist:
                continue
            except redis.RedisError as error:
                self._complain(request, error)
                return
            dropped += 1
        text = ngettext("%(count)d event was dropped.", "%(count)d events were dropped.", dropped)
        self.message_user(request, text % {"count": dropped}, messages.SUCCESS if dropped else messages.INFO)

    def _complain(self, request: HttpRequest, error: Exception) -> None:
        text = gettext("Redis does not answer: %(error)s") % {"error": error}
        self.message_user(request, text, messages.ERROR)


@admin.register(DroppedEvent)
class DroppedEventAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "type", "subject", "dropped_at", "dropped_by", "reason")
    list_filter = ("type",)
    search_fields = ("=event_id", "=subject")
    fields = (
        "event_id", "dropped_at", "dropped_by", "reason",
        "type", "subject", "stream", "attempts", "first_failed_at", "error", "envelope",
    )  # fmt: skip
