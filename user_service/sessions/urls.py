"""URLs of sessions under ``/api/v1/auth``."""

from django.urls import path

from user_service.sessions.apis import LogoutApi, TokenRefreshApi, TokenRevokeApi

urlpatterns = [
    path("/token/refresh", TokenRefreshApi.as_view(), name="token-refresh"),
    path("/token/revoke", TokenRevokeApi.as_view(), name="token-revoke"),
    path("/logout", LogoutApi.as_view(), name="logout"),
]
