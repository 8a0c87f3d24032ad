"""URLs under ``/api/v1/users``; signing in is under ``/api/v1/auth`` (``config/urls.py``)."""

from django.urls import path

from user_service.accounts.apis import ProfileApi, UserRegisterApi
from user_service.accounts.email_apis import EmailChangeApi, EmailConfirmationApi
from user_service.accounts.password_apis import PasswordChangeApi
from user_service.sessions.apis import SessionApi, SessionListApi, SignInListApi

urlpatterns = [
    path("", UserRegisterApi.as_view(), name="user-register"),
    path("/me", ProfileApi.as_view(), name="profile"),
    path("/me/email", EmailChangeApi.as_view(), name="email-change"),
    path("/me/email/confirmation", EmailConfirmationApi.as_view(), name="email-confirmation"),
    path("/me/password", PasswordChangeApi.as_view(), name="password-change"),
    path("/me/sessions", SessionListApi.as_view(), name="session-list"),
    path("/me/sign-ins", SignInListApi.as_view(), name="sign-in-list"),
    path("/me/sessions/<uuid:session_id>", SessionApi.as_view(), name="session"),
]
