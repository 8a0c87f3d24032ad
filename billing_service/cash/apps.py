from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CashConfig(AppConfig):
    name = "billing_service.cash"
    label = "cash"
    verbose_name = _("Cash")
