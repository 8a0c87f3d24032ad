"""Makes Django's admin this service's: its name, and where operators sign in."""

from django.contrib.admin.apps import AdminConfig


class ServiceAdminConfig(AdminConfig):
    default_site = "servicekit.admin.site.ServiceAdminSite"
