"""Settings of every service. ``<service>/config/settings.py`` adds its apps and its own constants::

    settings_of("trading_service")
    from servicekit.settings.base import *

    INSTALLED_APPS += ["trading_service.orders"]

Django takes the names in capitals; the others are only of help here.
"""

from __future__ import annotations

from typing import Any

from servicekit.settings.api import *
from servicekit.settings.common import *
from servicekit.settings.database import *
from servicekit.settings.environment import REPOSITORY
from servicekit.settings.schedule import every

SERVICE_SLUG = next(service["slug"] for service in SERVICES if service["name"] == SERVICE_NAME)
SUBSCRIPTIONS_MODULE = f"{package}.subscriptions"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

INSTALLED_APPS = [
    "servicekit.admin.apps.ServiceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "servicekit.messaging",
    "servicekit.auth",
    "servicekit.api",
    "servicekit.audit",
]
MIDDLEWARE = [
    origin_middleware,
    "django.middleware.security.SecurityMiddleware",
    "servicekit.api.error_views.MethodNotAllowedMiddleware",
    "servicekit.admin.middleware.AdminMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
#: The admin wants its middleware in MIDDLEWARE itself; it has it in servicekit/admin/middleware.py.
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [REPOSITORY / "servicekit" / "admin" / "templates"],
        "OPTIONS": {
            "loaders": template_loaders,
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORMAT_MODULE_PATH = ["servicekit.admin.formats"]
STATIC_URL = f"/admin/{SERVICE_SLUG}/static/"
STATICFILES_DIRS = [REPOSITORY / "servicekit" / "admin" / "static"]
WHITENOISE_USE_FINDERS = True
SPECTACULAR_SETTINGS["TITLE"] = f"Birzha: {SERVICE_SLUG}"

# ── Who signs in ────────────────────────────────────────────────────────────────────────────────
JWKS_URL = env.require("BIRZHA_JWKS_URL")
OPERATOR_COOKIE_NAME = own_cookie("operator")
SESSION_COOKIE_NAME = own_cookie(f"{SERVICE_SLUG}_session")
#: What only this host can set (__Host-) has to be of all paths.
SESSION_COOKIE_PATH = "/" if behind_tls else f"/admin/{SERVICE_SLUG}/"
MESSAGE_COOKIE_NAME = own_cookie(f"{SERVICE_SLUG}_messages")
CSRF_COOKIE_NAME = own_cookie(f"{SERVICE_SLUG}_csrf")
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "servicekit.api.error_views.csrf_failure"

# ── Events and periodic tasks ───────────────────────────────────────────────────────────────────
#: Days after which rows of the outbox and of the inbox go; see messaging/operate/retention.py.
OUTBOX_DAYS = int(env.get("BIRZHA_OUTBOX_DAYS", "14"))
INBOX_DAYS = int(env.get("BIRZHA_INBOX_DAYS", "45"))
WORKER_METRICS = env.get("BIRZHA_WORKER_METRICS")
#: The sockets of other processes of a service that have metrics and no HTTP.
OTHER_METRICS: list[str] = []
#: Tasks that run when there is something to do, and what tells that (messaging/operate/due_tasks.py).
DUE_TASKS: list[tuple[str, str]] = []
#: What every service's beat does; a service adds its own.
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "keep the events in order": every(60.0, "servicekit.messaging.tasks.events_maintain"),
    "forget old sessions": {"task": "servicekit.auth.tasks.revocations_purge", "schedule": 3600.0},
}
