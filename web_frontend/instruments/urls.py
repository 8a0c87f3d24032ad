"""``/`` and ``/instruments/…``."""

from __future__ import annotations

from django.urls import path

from web_frontend.instruments import listing, views

urlpatterns = [
    path("", listing.instrument_list, name="instruments"),
    path("instruments/<str:ticker>", views.instrument_show, name="instrument"),
]
