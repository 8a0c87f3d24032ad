"""Revoked sessions in the admin, read only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import labelled
from servicekit.auth.models import RevokedSession


@admin.register(RevokedSession)
class RevokedSessionAdmin(ReadOnlyAdmin):
    list_display = ("session_id", "tokens_expire_at", "received_at")
    shown = labelled(session_id=_("session"), tokens_expire_at=_("tokens expire"), received_at=_("received"))
    find_ids = ("session_id",)
    fields = list_display
    ordering = ("-received_at",)
