"""``/sign-up``, ``/sign-in``, ``/sign-out``, ``/language``, ``/settings``, ``/security`` and under it."""

from __future__ import annotations

from django.urls import path

from web_frontend.accounts import api_keys, language, security, settings_page, views

urlpatterns = [
    path("sign-up", views.sign_up, name="sign_up"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("language", language.language_set, name="language"),
    path("settings", settings_page.settings_show, name="settings"),
    path("security", security.security_show, name="security"),
    path("security/api-keys", api_keys.api_keys_show, name="api_keys"),
    path("security/api-keys/<uuid:key_id>/revoke", api_keys.api_key_revoke, name="api_key_revoke"),
    path("security/sessions/<uuid:session_id>/end", security.session_end, name="session_end"),
]
