"""Configures Django's admin for the service: its name, and the operators' sign-in."""

from django.contrib.admin.apps import SimpleAdminConfig


class ServiceAdminConfig(SimpleAdminConfig):
    """The apps' ``admin`` modules are loaded by :class:`ServiceAdminSite` where there is an admin."""

    default_site = "servicekit.admin.site.ServiceAdminSite"
