from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "notification_service.inbox"
    label = "notification_inbox"
    verbose_name = _("Inbox")
