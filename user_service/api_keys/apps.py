from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiKeysConfig(AppConfig):
    name = "user_service.api_keys"
    label = "user_api_keys"
    verbose_name = _("API keys")
