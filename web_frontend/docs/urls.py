"""``/api/docs``."""

from __future__ import annotations

from django.urls import path

from web_frontend.docs import views

urlpatterns = [
    path("api/docs", views.docs_show, name="docs"),
    path("api/docs/", views.docs_show),
]
