from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsistencyConfig(AppConfig):
    name = "billing_service.consistency"
    label = "consistency"
    verbose_name = _("Consistency")

    def ready(self) -> None:
        from prometheus_client import REGISTRY

        from billing_service.consistency.metrics import BooksCollector

        REGISTRY.register(BooksCollector())
