from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from servicekit.auth.models import RevokedSession


@admin.register(RevokedSession)
class RevokedSessionAdmin(ReadOnlyAdmin):
    list_display = ("session_id", "tokens_expire_at", "heard_at")
