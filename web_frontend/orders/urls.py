"""``/orders…``."""

from __future__ import annotations

from django.urls import path

from web_frontend.orders import views

urlpatterns = [
    path("orders", views.order_list, name="orders"),
    path("orders/<uuid:order_id>", views.order_show, name="order"),
    path("orders/<uuid:order_id>/cancel", views.order_cancel, name="order_cancel"),
]
