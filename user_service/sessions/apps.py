from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    name = "user_service.sessions"
    label = "user_sessions"
    verbose_name = _("Sessions")
