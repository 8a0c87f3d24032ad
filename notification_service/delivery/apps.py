from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "notification_service.delivery"
    label = "delivery"
    verbose_name = _("Delivery")

    def ready(self) -> None:
        """Tell Prometheus what waits."""
        from prometheus_client import REGISTRY

        from notification_service.delivery.metrics import DeliveryCollector

        REGISTRY.register(DeliveryCollector())
