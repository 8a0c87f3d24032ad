"""Addresses of sessions under ``/api/v1/auth``."""

from django.urls import path

from user_service.sessions.apis import LogoutApi, TokenRefreshApi

urlpatterns = [
    path("/token/refresh", TokenRefreshApi.as_view(), name="token-refresh"),
    path("/logout", LogoutApi.as_view(), name="logout"),
]
