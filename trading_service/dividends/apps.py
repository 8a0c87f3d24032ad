from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DividendsConfig(AppConfig):
    name = "trading_service.dividends"
    label = "dividends"
    verbose_name = _("Dividends")
