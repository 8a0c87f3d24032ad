"""Every address of the pages, room by room. No trailing slashes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path

from web_frontend import health, process_metrics
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
)
from web_frontend.accounts import views as accounts
from web_frontend.alerts import views as alerts
from web_frontend.cash import views as cash
from web_frontend.docs import views as docs
from web_frontend.help import views as help
from web_frontend.history import files
from web_frontend.history import views as history
from web_frontend.instruments import listing
from web_frontend.instruments import views as instruments
from web_frontend.market_clock import views as market_clock
from web_frontend.notifications import preferences
from web_frontend.notifications import views as notifications
from web_frontend.orders import cancel, repeat, replace
from web_frontend.orders import views as orders
from web_frontend.portfolio import views as portfolio
from web_frontend.watchlist import views as watchlist

handler400 = "web_frontend.errors.bad_request"
handler403 = "web_frontend.errors.forbidden"
handler404 = "web_frontend.errors.not_found"
handler500 = "web_frontend.errors.server_error"


def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for by themselves on pages that name no icon, such as the admin's."""
    return redirect(static("web/favicon.svg"))


urlpatterns = [
    path("", listing.instrument_list, name="instruments"),
    path("instruments/<str:ticker>", instruments.instrument_show, name="instrument"),
    path("market-clock", market_clock.clock_show, name="market_clock"),
    path("watchlist/<str:ticker>", watchlist.instrument_watch, name="watch"),
    path("alerts", alerts.alerts_show, name="alerts"),
    path("alerts/<uuid:alert_id>/delete", alerts.alert_delete, name="alert_delete"),
    path("orders", orders.orders, name="orders"),
    path("orders/cancel-all", cancel.orders_cancel_all, name="orders_cancel_all"),
    path("orders/<uuid:order_id>", orders.order_show, name="order"),
    path("orders/<uuid:order_id>/cancel", cancel.order_cancel, name="order_cancel"),
    path("orders/<uuid:order_id>/repeat", repeat.order_repeat, name="order_repeat"),
    path("orders/<uuid:order_id>/replace", replace.order_replace, name="order_replace"),
    path("portfolio", portfolio.portfolio_show, name="portfolio"),
    path("cash", cash.cash_show, name="cash"),
    path("cash/withdraw", cash.cash_withdraw, name="cash_withdraw"),
    path("history", history.history_show, name="history"),
    path("history.csv", files.history_csv, name="history_csv"),
    path("history.xlsx", files.history_xlsx, name="history_xlsx"),
    path("statements", files.statements_show, name="statements"),
    path("statement.pdf", files.statement_pdf, name="statement_pdf"),
    path(".refused", files.export_refused),
    path("notifications", notifications.notification_list, name="notifications"),
    path("notifications/unread", notifications.unread_count, name="unread_count"),
    path("notifications/read-all", notifications.notification_read_all, name="notification_read_all"),
    path(
        "notifications/<uuid:notification_id>/open", notifications.notification_open, name="notification_open"
    ),
    path(
        "notifications/<uuid:notification_id>/read", notifications.notification_read, name="notification_read"
    ),
    path("unsubscribe", preferences.unsubscribe, name="unsubscribe"),
    path("settings", settings_page.settings_show, name="settings"),
    path("settings/notifications", preferences.preferences_show, name="notification_preferences"),
    path(
        "settings/notifications/webhook-secret",
        preferences.webhook_secret_renew,
        name="webhook_secret_renew",
    ),
    path("language", profile.language_set, name="language"),
    path("sign-up", accounts.sign_up, name="sign_up"),
    path("sign-in", accounts.sign_in, name="sign_in"),
    path("sign-in/code", accounts.sign_in_code, name="sign_in_code"),
    path("sign-out", accounts.sign_out, name="sign_out"),
    path("forgot-password", password_reset.password_forgotten, name="forgot_password"),
    path("reset-password", password_reset.password_reset, name="reset_password"),
    path("confirm-email", email.email_confirm, name="confirm_email"),
    path("security", security.security_show, name="security"),
    path("security/email", email.email_change, name="email_change"),
    path("security/email/resend", email.email_confirmation_resend, name="email_confirmation_resend"),
    path("security/second-factor", second_factor.second_factor_show, name="second_factor"),
    path("security/api-keys", api_keys.api_keys_show, name="api_keys"),
    path("security/api-keys/<uuid:key_id>/revoke", api_keys.api_key_revoke, name="api_key_revoke"),
    path("security/sessions/<uuid:session_id>/end", security.session_end, name="session_end"),
    path("security/my-data.zip", my_data.my_data, name="my_data"),
    path("security/close-account", closing.account_close, name="account_close"),
    path("account-closed", closing.account_closed, name="account_closed"),
    path("help", help.help_show, name="help"),
    path("api/docs", docs.docs_show, name="docs"),
    path("api/docs/", docs.docs_show),
    path("favicon.ico", favicon),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", process_metrics.metrics),
]
