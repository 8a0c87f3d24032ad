"""``/orders…``."""

from __future__ import annotations

from django.urls import path

from web_frontend.orders import cancel, repeat, replace, views

urlpatterns = [
    path("orders", views.orders, name="orders"),
    path("orders/cancel-all", cancel.orders_cancel_all, name="orders_cancel_all"),
    path("orders/<uuid:order_id>", views.order_show, name="order"),
    path("orders/<uuid:order_id>/cancel", cancel.order_cancel, name="order_cancel"),
    path("orders/<uuid:order_id>/repeat", repeat.order_repeat, name="order_repeat"),
    path("orders/<uuid:order_id>/replace", replace.order_replace, name="order_replace"),
]
