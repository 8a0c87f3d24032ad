"""``/portfolio``."""

from __future__ import annotations

from django.urls import path

from web_frontend.portfolio import views

urlpatterns = [path("portfolio", views.portfolio_show, name="portfolio")]
