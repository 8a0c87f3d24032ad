from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from servicekit.messaging.models import FailedEvent, OutboxEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("position", "type", "subject", "sequence", "created_at", "published_at")
    list_filter = ("type",)
    search_fields = ("=id", "=subject")
    show_full_result_count = False


@admin.register(FailedEvent)
class FailedEventAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "type", "subject", "attempts", "first_failed_at", "dead_at", "error")
    list_filter = ("type",)
