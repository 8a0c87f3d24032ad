"""``/history``, and the same as a file."""

from __future__ import annotations

from django.urls import path

from web_frontend.history import views

urlpatterns = [
    path("history", views.history_show, name="history"),
    path("history.csv", views.history_export, name="history_export"),
    path(".refused", views.export_refused),
]
