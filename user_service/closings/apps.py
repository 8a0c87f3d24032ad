from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClosingsConfig(AppConfig):
    name = "user_service.closings"
    label = "closings"
    verbose_name = _("Closing of accounts")
