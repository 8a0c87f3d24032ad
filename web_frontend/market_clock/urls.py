"""``/market-clock``."""

from __future__ import annotations

from django.urls import path

from web_frontend.market_clock import views

urlpatterns = [path("market-clock", views.clock_show, name="market_clock")]
