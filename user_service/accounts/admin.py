"""Users in the admin: to look at, and to keep out. Users change their own data themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import short_id
from servicekit.admin.operations import Fact, Operation
from servicekit.audit.actors import Actor
from user_service.accounts.models import User
from user_service.accounts.services import user_disable, user_enable


def _facts(user: User) -> Sequence[Fact]:
    return (
        Fact(_("may sign in"), gettext("yes") if user.is_active else gettext("no")),
        Fact(_("operator"), gettext("yes") if user.is_staff else gettext("no")),
        Fact(_("e-mail"), user.email),
    )


def _disable(user: User, form: dict[str, Any], by: Actor) -> None:
    user_disable(user_id=user.pk, by=by, reason=form["reason"])


def _enable(user: User, form: dict[str, Any], by: Actor) -> None:
    user_enable(user_id=user.pk, by=by, reason=form["reason"])


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = (
        "username", "id", "email", "display_name", "is_active", "is_staff", "created_at",
    )  # fmt: skip
    list_filter = ("is_active", "is_staff", "locale")
    search_fields = ("username", "email", "display_name")
    shown = {"id": short_id("id")}
    find_ids = ("id",)
    find_texts = ("email",)
    fields = (
        "username", "id", "email", "display_name", "locale",
        "time_zone", "is_active", "is_staff", "created_at",
    )  # fmt: skip
    date_hierarchy = "created_at"
    operations = (
        Operation(
            name="disable",
            title=_("Disable and sign out everywhere"),
            done=_("The user is disabled."),
            facts=_facts,
            act=_disable,
            offered=lambda user: user.is_active,
            note=_("Orders, positions and money stay as they are."),
        ),
        Operation(
            name="enable",
            title=_("Enable"),
            done=_("The user may sign in again."),
            facts=_facts,
            act=_enable,
            offered=lambda user: not user.is_active,
        ),
    )
