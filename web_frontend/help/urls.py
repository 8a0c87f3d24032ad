"""``/help``."""

from __future__ import annotations

from django.urls import path

from web_frontend.help import views

urlpatterns = [path("help", views.help_show, name="help")]
