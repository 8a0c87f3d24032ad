"""The services: one entry each, from which they are started, wired and tested."""

from __future__ import annotations

from compose.system.model import DELIVERY, EXPORTS, PASSWORDS, SESSIONS, STREAM, WEB, WORKER, Service

#: Those with an API and a database of their own.
SERVICES = (
    Service(
        "user",
        "user_service",
        "users",
        ("Users", "Пользователи"),
        types=(WEB, PASSWORDS, WORKER),
        signs_tokens=True,
        knows_links=True,
        choices=("sign_ups_a_day", "sign_ins_a_day", "profile_changes_a_day", "operator_second_factor"),
        before_start=("make_signing_key", "require_second_factors"),
        after_start=("make_operator",),
    ),
    Service(
        "market",
        "market_service",
        "market",
        ("Market", "Рынок"),
        types=(WEB, STREAM, WORKER),
        quotes="send",
        choices=("feed", "day_s", "replay_from", "venue_time_zone", "market", "market_options"),
        ready_at="/api/v1/instruments",
        after_start=("load_market",),
    ),
    Service(
        "trading",
        "trading_service",
        "trading",
        ("Trading", "Торги"),
        types=(WEB, STREAM, WORKER),
        quotes="follow",
        choices=("orders_a_day", "venue_time_zone", "cost_method", "feed"),
    ),
    Service(
        "billing",
        "billing_service",
        "billing",
        ("Billing", "Расчёты"),
        types=(WEB, EXPORTS, WORKER),
        choices=("deposits_a_day", "withdrawals_a_day"),
    ),
    Service(
        "notification",
        "notification_service",
        "notifications",
        ("Notifications", "Уведомления"),
        types=(WEB, STREAM, WORKER, DELIVERY),
        knows_links=True,
        choices=("smtp_url", "mail_from", "private_webhooks", "messengers"),
    ),
)

#: The pages.
FRONTEND = Service(
    "web",
    "web_frontend",
    types=(WEB, STREAM),
    workers_per_core=0.5,  # half of what a page costs is here, the other half in the services (measured)
    has_database=False,
    redis=SESSIONS,
    calls_gateway=True,
    ready_at="/",
    choices=("source_url",),
)

#: Every Django project: whatever answers HTTP behind the gateway.
WEB_SERVERS = (*SERVICES, FRONTEND)
