"""``/alerts…``."""

from __future__ import annotations

from django.urls import path

from web_frontend.alerts import views

urlpatterns = [
    path("alerts", views.alerts_show, name="alerts"),
    path("alerts/<uuid:alert_id>/delete", views.alert_delete, name="alert_delete"),
]
