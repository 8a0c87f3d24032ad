"""The audit trail in every admin, read only."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import short_id
from servicekit.admin.filters import one_of
from servicekit.audit.actions import ACTIONS
from servicekit.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "what", "object_name", "changes", "reason", "request_id")
    list_filter = (one_of("action", _("action"), lambda: ACTIONS.items()),)
    shown = {name: short_id(name) for name in ("request_id", "object_id", "actor_id")}
    find_ids = ("id", "actor_id")
    find_texts = ("object_id", "object_name", "request_id", "actor_name", "action")
    fields = (
        "at", "actor_name", "actor_id", "what", "object_type", "object_name", "object_id",
        "before", "after", "reason", "request_id",
    )  # fmt: skip

    @admin.display(description=_("action"), ordering="action")
    def what(self, entry: AuditEntry) -> str:
        """In the operator's language."""
        return str(ACTIONS.get(entry.action, entry.action))

    @admin.display(description=_("before → after"))
    def changes(self, entry: AuditEntry) -> str:
        """The values that mattered."""
        return format_html('<span class="wrap">{} → {}</span>', _text(entry.before), _text(entry.after))


def _text(values: dict[str, Any]) -> str:
    plain = (
        f"{name}: {value if isinstance(value, str) else json.dumps(value)}" for name, value in values.items()
    )
    return ", ".join(plain) or "–"
