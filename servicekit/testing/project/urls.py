"""The URLs that every service has, and no others."""

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

urlpatterns = service_urls(api=[])
