"""``/sign-up``, ``/sign-in``, ``/sign-out``, ``/language``."""

from __future__ import annotations

from django.urls import path

from web_frontend.accounts import views

urlpatterns = [
    path("sign-up", views.sign_up, name="sign_up"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("language", views.language_set, name="language"),
]
