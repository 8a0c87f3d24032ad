from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VenueConfig(AppConfig):
    name = "market_service.venue"
    label = "venue"
    verbose_name = _("Venue")

    def ready(self) -> None:
        from market_service.venue import metrics

        metrics.register()
