from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferenceConfig(AppConfig):
    name = "trading_service.reference"
    label = "reference"
    verbose_name = _("Instruments and quotes")
