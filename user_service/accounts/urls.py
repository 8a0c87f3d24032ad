"""Addresses under ``/api/v1/users``; signing in is under ``/api/v1/auth`` (``config/urls.py``)."""

from django.urls import path

from user_service.accounts.apis import ProfileApi, UserRegisterApi

urlpatterns = [
    path("", UserRegisterApi.as_view(), name="user-register"),
    path("/me", ProfileApi.as_view(), name="profile"),
]
