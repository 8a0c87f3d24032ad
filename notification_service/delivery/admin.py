"""Contacts and deliveries in the admin: read only, but that a failed delivery can be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notification_service.delivery.errors import DeliveryNotFailed
from notification_service.delivery.models import Contact, Delivery, State
from notification_service.delivery.services import delivery_retry
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import linked, person
from servicekit.admin.operations import Fact, Operation
from servicekit.audit.actors import Actor

NOTIFICATION = linked(
    "notification_id",
    "/admin/notifications/notification_inbox/notification/{}/change/",
    label=_("notification"),
)


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "display_name", "email", "locale", "version", "updated_at")
    list_filter = ("locale",)
    shown = {"user_id": person("user_id")}
    find_ids = ("user_id",)
    find_texts = ("email", "display_name")
    find_people = ("user_id",)
    ordering = ("-user_id",)


def _facts(delivery: Delivery) -> Sequence[Fact]:
    if delivery.state != State.FAILED:
        raise DeliveryNotFailed
    return (
        Fact(_("channel"), delivery.get_channel_display()),
        Fact(_("kind"), delivery.get_kind_display()),
        Fact(_("attempts"), str(delivery.attempts)),
        Fact(_("reason"), delivery.reason),
    )


def _retry(delivery: Delivery, form: dict[str, Any], by: Actor) -> None:
    delivery_retry(delivery=delivery, by=by, reason=form["reason"])


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Every message on its way; failed ones say why, and can be tried again."""

    list_display = ("id", "channel", "kind", "user_id", "state", "attempts", "next_at", "sent_at", "reason")
    list_filter = ("state", "channel", "kind")
    shown = {"user_id": person("user_id"), "notification_id": NOTIFICATION}
    find_ids = ("notification_id", "user_id")
    find_people = ("user_id",)
    fields = (
        "id", "notification_id", "user_id", "kind", "channel", "state", "attempts", "created_at", "next_at",
        "sent_at", "reason",
    )  # fmt: skip
    ordering = ("-id",)
    operations = (
        Operation(
            name="retry",
            title=_("Try the delivery again"),
            done=_("The delivery is tried again."),
            facts=_facts,
            act=_retry,
            offered=lambda delivery: delivery.state == State.FAILED,
        ),
    )
