"""Sessions in the admin: who is signed in where, and ending that."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicekit.admin import ReadOnlyAdmin
from user_service.sessions.models import RevokedReason, Session
from user_service.sessions.services import session_revoke


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = (
        "user",
        "created_at",
        "last_seen_at",
        "expires_at",
        "browser",
        "ip",
        "revoked_at",
        "revoked_reason",
    )
    list_filter = ("revoked_reason",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    exclude = ("refresh_jti", "previous_jti")
    actions = ("end",)

    @admin.action(description=gettext_lazy("End the chosen sessions"))
    def end(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        """Sign the chosen sessions out."""
        ended = sum(
            session_revoke(session_id=session.pk, reason=RevokedReason.BY_OPERATOR) for session in sessions
        )
        self.message_user(request, _("Sessions ended: %(count)d.") % {"count": ended})
