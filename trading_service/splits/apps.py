from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SplitsConfig(AppConfig):
    name = "trading_service.splits"
    label = "splits"
    verbose_name = _("Splits")
