"""URLs of user_service."""

from __future__ import annotations

from django.urls import include, path

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls
from user_service.accounts.apis import TokenObtainApi
from user_service.accounts.email_apis import EmailConfirmApi
from user_service.accounts.password_apis import PasswordResetApi, PasswordResetRequestApi
from user_service.accounts.views import OperatorLoginView, OperatorLogoutView, OperatorSecondFactorView
from user_service.api_keys.apis import ApiKeyExchangeApi
from user_service.closings.apis import ClosingApi, ClosingStateApi
from user_service.export.apis import ExportApi
from user_service.second_factor.apis import SignInFinishApi
from user_service.sessions.apis import JwksApi

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    api=[
        path("api/v1/users", include("user_service.accounts.urls")),
        path("api/v1/users/me/export", ExportApi.as_view(), name="export"),
        path("api/v1/users/me/closing", ClosingApi.as_view(), name="closing"),
        path("api/v1/users/closings/<uuid:closing_id>", ClosingStateApi.as_view(), name="closing-state"),
        path("api/v1/users/me/second-factor", include("user_service.second_factor.urls")),
        path("api/v1/users/me/api-keys", include("user_service.api_keys.urls")),
        path("api/v1/auth/token/api-key", ApiKeyExchangeApi.as_view(), name="api-key-exchange"),
        path("api/v1/auth/token/second-factor", SignInFinishApi.as_view(), name="sign-in-finish"),
        path("api/v1/auth/token", TokenObtainApi.as_view(), name="token-obtain"),
        path("api/v1/auth/password-reset", PasswordResetRequestApi.as_view(), name="password-reset-request"),
        path("api/v1/auth/password-reset/confirm", PasswordResetApi.as_view(), name="password-reset"),
        path("api/v1/auth/email-confirmation", EmailConfirmApi.as_view(), name="email-confirm"),
        path("api/v1/auth", include("user_service.sessions.urls")),
        path(".well-known/jwks.json", JwksApi.as_view(), name="jwks"),
        # Before the admin's own: signing in here serves every service's admin.
        path("admin/users/login/", OperatorLoginView.as_view(), name="operator-login"),
        path("admin/users/login/code/", OperatorSecondFactorView.as_view(), name="operator-second-factor"),
        path("admin/users/logout/", OperatorLogoutView.as_view(), name="operator-logout"),
    ]
)
