"""``/watchlist/…``."""

from __future__ import annotations

from django.urls import path

from web_frontend.watchlist import views

urlpatterns = [path("watchlist/<str:ticker>", views.instrument_watch, name="watch")]
