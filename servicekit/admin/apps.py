"""Configures Django's admin for the service: its name, the operators' sign-in, and only pages that work."""

from django.apps import apps
from django.conf import settings
from django.contrib.admin.apps import AdminConfig


class ServiceAdminConfig(AdminConfig):
    default_site = "servicekit.admin.site.ServiceAdminSite"

    def ready(self) -> None:
        """Take away what Django offers and nobody here can use.

        Operators are user_service's users; a shadow user, a permission or a group of another service
        gives nobody anything. Sign-ins happen in user_service, so Django's own sessions are empty.
        """
        super().ready()
        from django.contrib import admin

        from servicekit.admin import audit_trail  # noqa: F401 (Django itself imports each app's ``admin`` only)

        unused = ["auth.Group"] if settings.AUTH_USER_MODEL != "auth.User" else ["auth.Group", "auth.User"]
        for name in unused:
            model = apps.get_model(name)
            if admin.site.is_registered(model):
                admin.site.unregister(model)
