"""Signing up, in and out, a forgotten password, ``/language``, ``/settings``, ``/security`` and under it."""

from __future__ import annotations

from django.urls import path

from web_frontend.accounts import (
    api_keys,
    closing,
    email,
    my_data,
    password_reset,
    profile,
    second_factor,
    security,
    settings_page,
    views,
)

urlpatterns = [
    path("sign-up", views.sign_up, name="sign_up"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/code", views.sign_in_code, name="sign_in_code"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("forgot-password", password_reset.password_forgotten, name="forgot_password"),
    path("reset-password", password_reset.password_reset, name="reset_password"),
    path("confirm-email", email.email_confirm, name="confirm_email"),
    path("language", profile.language_set, name="language"),
    path("settings", settings_page.settings_show, name="settings"),
    path("security", security.security_show, name="security"),
    path("security/email", email.email_change, name="email_change"),
    path("security/email/resend", email.email_confirmation_resend, name="email_confirmation_resend"),
    path("security/second-factor", second_factor.second_factor_show, name="second_factor"),
    path("security/close-account", closing.account_close, name="account_close"),
    path("security/my-data.zip", my_data.my_data, name="my_data"),
    path("account-closed", closing.account_closed, name="account_closed"),
    path("security/api-keys", api_keys.api_keys_show, name="api_keys"),
    path("security/api-keys/<uuid:key_id>/revoke", api_keys.api_key_revoke, name="api_key_revoke"),
    path("security/sessions/<uuid:session_id>/end", security.session_end, name="session_end"),
]
