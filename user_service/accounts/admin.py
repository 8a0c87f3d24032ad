"""Users in the admin: view and disable. Users change their own data themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import short_id
from servicekit.admin.operations import Fact, Operation, calls
from user_service.accounts.models import DailyCount, User
from user_service.accounts.services import (
    password_reset_send,
    second_factor_reset,
    user_disable,
    user_enable,
    user_sign_out,
)
from user_service.second_factor.selectors import is_on


def _facts(user: User) -> Sequence[Fact]:
    return (
        Fact(_("may sign in"), gettext("yes") if user.is_active else gettext("no")),
        Fact(_("operator"), gettext("yes") if user.is_staff else gettext("no")),
        Fact(_("e-mail"), user.email),
        Fact(_("second factor"), gettext("on") if is_on(user_id=user.pk) else gettext("off")),
    )


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
        "time_zone", "theme", "colours", "is_active", "is_staff", "email_confirmed_at", "created_at",
        "closed_at",
    )  # fmt: skip
    date_hierarchy = "created_at"
    operations = (
        Operation(
            name="disable",
            title=_("Disable and sign out everywhere"),
            done=_("The user is disabled."),
            facts=_facts,
            act=calls(user_disable, "user_id"),
            offered=lambda user: user.is_active,
            note=_("Orders, positions and money stay as they are."),
        ),
        Operation(
            name="enable",
            title=_("Enable"),
            done=_("The user may sign in again."),
            facts=_facts,
            act=calls(user_enable, "user_id"),
            offered=lambda user: not user.is_active and user.closed_at is None,
        ),
        Operation(
            name="sign-out",
            title=_("Sign out everywhere"),
            done=_("The user is signed out everywhere."),
            facts=_facts,
            act=calls(user_sign_out, "user_id"),
            offered=lambda user: user.is_active,
            note=_("All sessions end, and the API keys are revoked. The user may sign in again."),
        ),
        Operation(
            name="reset-link",
            title=_("Mail a link for a new password"),
            done=_("The link was mailed."),
            facts=_facts,
            act=calls(password_reset_send, "user_id"),
            offered=lambda user: user.is_active,
            note=_("It goes to the e-mail of the account and works for an hour. Nothing changes until then."),
        ),
        Operation(
            name="reset_second_factor",
            title=_("Turn the second factor off and sign out everywhere"),
            done=_("The second factor is off."),
            facts=_facts,
            act=calls(second_factor_reset, "user_id"),
            offered=lambda user: is_on(user_id=user.pk),
            note=_(
                "For somebody who has lost the app and the recovery codes. Make sure that it is really them: "
                "afterwards the password alone is enough to sign in. They are notified."
            ),
        ),
    )


def _limits() -> dict[str, int]:
    return {
        DailyCount.Action.SIGN_UP: settings.SIGN_UPS_A_DAY,
        DailyCount.Action.SIGN_IN: settings.SIGN_INS_A_DAY,
        DailyCount.Action.CHANGE: settings.PROFILE_CHANGES_A_DAY,
        DailyCount.Action.LINK: settings.LINK_MAILS_A_DAY,
        DailyCount.Action.RESET: settings.PASSWORD_RESETS_A_DAY,
    }


class AtQuota(admin.SimpleListFilter):
    """Filters those who have used up a daily quota."""

    title = _("at the quota")
    parameter_name = "at_quota"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DailyCount]) -> QuerySet[DailyCount]:
        if self.value() != "yes":
            return queryset
        used_up = Q(pk=None)
        for action, limit in _limits().items():
            used_up |= Q(action=action, count__gte=limit)
        return queryset.filter(used_up, day=timezone.now().date())


@admin.register(DailyCount)
class DailyCountAdmin(ReadOnlyAdmin):
    """Daily counts per account and address, the highest first."""

    list_display = ("day", "action", "who", "count", "at_quota")
    list_filter = ("action", AtQuota)
    find_texts = ("who",)
    fields = ("day", "action", "who", "count", "at_quota")
    ordering = ("-day", "-count")

    @admin.display(description=_("at the quota"), boolean=True)
    def at_quota(self, daily: DailyCount) -> bool:
        """Whether it is refused for the rest of the day."""
        return daily.day == timezone.now().date() and daily.count >= _limits()[daily.action]
