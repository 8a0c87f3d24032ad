from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorporateActionsConfig(AppConfig):
    name = "market_service.corporate_actions"
    label = "corporate_actions"
    verbose_name = _("Corporate actions")
