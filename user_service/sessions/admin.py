"""Sessions in the admin: view and end."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.utils.formats import localize
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import person, short_id
from servicekit.admin.filters import one_of
from servicekit.admin.operations import Fact, Operation, calls
from user_service.sessions.errors import SessionHasEnded
from user_service.sessions.models import Outcome, Session, SignIn, SignInMethod
from user_service.sessions.services import session_close


def _facts(session: Session) -> Sequence[Fact]:
    if session.revoked_at is not None:
        raise SessionHasEnded
    return (
        Fact(_("user"), session.user.username),
        Fact(_("signed in"), str(localize(session.created_at))),
        Fact(_("browser"), session.user_agent),
        Fact(_("address"), session.ip or "–"),
    )


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = (
        "user_id",
        "created_at",
        "last_seen_at",
        "browser",
        "ip",
        "revoked_at",
        "revoked_reason",
    )
    list_filter = ("revoked_reason", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    shown = {"user_id": person("user_id", label=_("user")), "id": short_id("id", label=_("session"))}
    find_ids = ("id", "user_id")
    find_texts = ("user__username", "user__email", "ip")
    fields = (
        "id", "user_id", "created_at", "last_seen_at", "expires_at", "browser", "user_agent", "ip",
        "revoked_at", "revoked_reason",
    )  # fmt: skip
    operations = (
        Operation(
            name="end",
            title=_("End the session"),
            done=_("The session is ended."),
            facts=_facts,
            act=calls(session_close, "session_id"),
            offered=lambda session: session.revoked_at is None,
        ),
    )


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = (
        "last_at", "outcome", "method", "user_id", "count", "device", "ip", "novelty",
    )  # fmt: skip
    list_filter = (
        one_of("outcome", _("outcome"), lambda: Outcome.choices),
        one_of("method", _("by"), lambda: SignInMethod.choices),
        "new_device",
        "new_address",
    )
    date_hierarchy = "last_at"
    shown = {"user_id": person("user_id", label=_("user"))}
    find_ids = ("user_id",)
    find_texts = ("user__username", "user__email", "ip", "device")
    fields = (
        "last_at", "at", "count", "outcome", "method", "user_id", "device", "ip", "new_device", "new_address",
    )  # fmt: skip

    @admin.display(description=_("new"))
    def novelty(self, row: SignIn) -> str:
        """What none of the user's kept sign-ins had."""
        named = ((row.new_device, gettext("device")), (row.new_address, gettext("address")))
        return ", ".join(words for is_new, words in named if is_new) or "–"
