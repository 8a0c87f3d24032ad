from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "servicekit.messaging"
    label = "messaging"
    verbose_name = _("Events")

    def ready(self) -> None:
        """Tell Prometheus what waits, and refuse settings that would let events act twice."""
        from prometheus_client import REGISTRY

        from servicekit.messaging.operate.backlog_metrics import BacklogCollector

        if settings.INBOX_DAYS < settings.OUTBOX_DAYS + 7:
            raise ImproperlyConfigured("An inbox remembers a week longer than any outbox sends: INBOX_DAYS.")
        REGISTRY.register(BacklogCollector())
