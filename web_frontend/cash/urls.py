"""``/cash`` and below it."""

from __future__ import annotations

from django.urls import path

from web_frontend.cash import views

urlpatterns = [
    path("cash", views.cash_show, name="cash"),
    path("cash/withdraw", views.cash_withdraw, name="cash_withdraw"),
]
