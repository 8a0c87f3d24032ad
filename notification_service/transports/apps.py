from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransportsConfig(AppConfig):
    name = "notification_service.transports"
    label = "transports"
    verbose_name = _("Transports")
