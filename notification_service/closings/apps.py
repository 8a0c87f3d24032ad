from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClosingsConfig(AppConfig):
    name = "notification_service.closings"
    label = "closings"
    verbose_name = _("Closed accounts")
