from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuthConfig(AppConfig):
    name = "servicekit.auth"
    label = "servicekit_auth"
    verbose_name = _("Sign-in")
