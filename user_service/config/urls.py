"""URLs of user_service."""

from __future__ import annotations

from django.urls import path

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls
from user_service.accounts.apis import ProfileApi, TokenObtainApi, UserRegisterApi
from user_service.accounts.email_apis import EmailChangeApi, EmailConfirmApi, EmailConfirmationApi
from user_service.accounts.password_apis import PasswordChangeApi, PasswordResetApi, PasswordResetRequestApi
from user_service.accounts.views import OperatorLoginView, OperatorLogoutView, OperatorSecondFactorView
from user_service.api_keys.apis import ApiKeyApi, ApiKeyExchangeApi, ApiKeyListApi
from user_service.closings.apis import ClosingApi, ClosingStateApi
from user_service.export.apis import ExportApi
from user_service.second_factor.apis import (
    RecoveryCodesApi,
    SecondFactorApi,
    SecondFactorOffApi,
    SignInFinishApi,
)
from user_service.sessions.apis import (
    JwksApi,
    LogoutApi,
    SessionApi,
    SessionListApi,
    SignInListApi,
    TokenRefreshApi,
    TokenRevokeApi,
)

urlpatterns = service_urls(
    api=[
        path("api/v1/users", UserRegisterApi.as_view()),
        path("api/v1/users/me", ProfileApi.as_view()),
        path("api/v1/users/me/email", EmailChangeApi.as_view()),
        path("api/v1/users/me/email/confirmation", EmailConfirmationApi.as_view()),
        path("api/v1/users/me/password", PasswordChangeApi.as_view()),
        path("api/v1/users/me/sessions", SessionListApi.as_view()),
        path("api/v1/users/me/sessions/<uuid:session_id>", SessionApi.as_view()),
        path("api/v1/users/me/sign-ins", SignInListApi.as_view()),
        path("api/v1/users/me/export", ExportApi.as_view()),
        path("api/v1/users/me/closing", ClosingApi.as_view()),
        path("api/v1/users/closings/<uuid:closing_id>", ClosingStateApi.as_view()),
        path("api/v1/users/me/second-factor", SecondFactorApi.as_view()),
        path("api/v1/users/me/second-factor/off", SecondFactorOffApi.as_view()),
        path("api/v1/users/me/second-factor/recovery-codes", RecoveryCodesApi.as_view()),
        path("api/v1/users/me/api-keys", ApiKeyListApi.as_view()),
        path("api/v1/users/me/api-keys/<uuid:key_id>", ApiKeyApi.as_view()),
        path("api/v1/auth/token", TokenObtainApi.as_view()),
        path("api/v1/auth/token/api-key", ApiKeyExchangeApi.as_view()),
        path("api/v1/auth/token/second-factor", SignInFinishApi.as_view()),
        path("api/v1/auth/token/refresh", TokenRefreshApi.as_view()),
        path("api/v1/auth/token/revoke", TokenRevokeApi.as_view()),
        path("api/v1/auth/logout", LogoutApi.as_view()),
        path("api/v1/auth/password-reset", PasswordResetRequestApi.as_view()),
        path("api/v1/auth/password-reset/confirm", PasswordResetApi.as_view()),
        path("api/v1/auth/email-confirmation", EmailConfirmApi.as_view()),
        path(".well-known/jwks.json", JwksApi.as_view()),
        # Before the admin's own: signing in here serves every service's admin.
        path("admin/users/login/", OperatorLoginView.as_view(), name="operator-login"),
        path("admin/users/login/code/", OperatorSecondFactorView.as_view(), name="operator-second-factor"),
        path("admin/users/logout/", OperatorLogoutView.as_view(), name="operator-logout"),
    ]
)
