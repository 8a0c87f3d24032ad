"""Settings shared by the services and the pages."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from servicekit.cookies import cookie_name
from servicekit.money import EXPONENTS
from servicekit.otel_variables import OTEL_VARIABLES
from servicekit.settings.environment import REPOSITORY, Environment, whose

package = whose()
#: How the service is called in files, roles and events: ``trading``.
SERVICE_NAME = package.partition("_")[0]
env = Environment(SERVICE_NAME)

#: Every service of the system: its ``name``, its ``slug`` in ``/admin/<slug>/`` and
#: ``/api/v1/<slug>/schema``, and what its admin is called in ``en`` and ``ru``.
SERVICES: list[dict[str, str]] = json.loads(env.require("BIRZHA_SERVICES"))
SECRET_KEY = env.require("BIRZHA_SECRET_KEY")
REDIS_URL = env.require("BIRZHA_REDIS_URL")
DEBUG = env.debug

#: OpenTelemetry's own variables, of those that say where spans go; empty: nowhere. See servicekit/tracing.
OPENTELEMETRY = {name: value for name in OTEL_VARIABLES if (value := env.get(name))}
if "OTEL_EXPORTER_OTLP_ENDPOINT" not in OPENTELEMETRY:
    OPENTELEMETRY = {}
origin_middleware = (
    "servicekit.tracing.requests.TracedRequestMiddleware"
    if OPENTELEMETRY
    else "servicekit.telemetry.RequestContextMiddleware"
)

ROOT_URLCONF = f"{package}.config.urls"
WSGI_APPLICATION = f"{package}.config.wsgi.application"
APPEND_SLASH = False

#: The currency that every account is kept in and every instrument is quoted in. A system keeps the one it
#: began with.
HOME_CURRENCY = env.get("BIRZHA_CURRENCY") or "USD"
if HOME_CURRENCY not in EXPONENTS:
    raise ImproperlyConfigured(
        f"BIRZHA_CURRENCY must be one of {', '.join(EXPONENTS)}, not {HOME_CURRENCY!r}."
    )

# ── How browsers reach the system ───────────────────────────────────────────────────────────────
PUBLIC_URL = env.public_url
behind_tls = PUBLIC_URL.startswith("https:")
#: The gateway decides which hosts are answered to; nobody else reaches a service.
ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(PUBLIC_URL))]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def own_cookie(name: str) -> str:
    """A cookie's name in this system; see :func:`servicekit.cookies.cookie_name`."""
    return cookie_name(name, system=env.get("BIRZHA_COOKIE_SUFFIX"), secure=behind_tls)


SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = behind_tls
MESSAGE_STORAGE = "servicekit.message_cookie.MessageCookie"

# ── Streams of server-sent events (servicekit/event_stream) ─────────────────────────────────────
#: The addresses of the process that holds them open, where a service has one.
STREAM_URLCONF = ""
#: What a request to it goes through; empty: the same as in the web server.
STREAM_MIDDLEWARE: list[str] = []
#: Seconds without an event after which a heartbeat is sent, so that both sides notice a lost connection.
STREAM_HEARTBEAT_S = 15.0
#: Seconds between two looks whether a listener's session or token has ended.
STREAM_SESSION_CHECK_S = 1.0

# ── Languages and time ──────────────────────────────────────────────────────────────────────────
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [
    REPOSITORY / package / "locale",
    REPOSITORY / "servicekit" / "locale",
    REPOSITORY / "servicekit" / "library_texts" / "locale",
]

# ── Templates are read once, or with DEBUG by every request, so that a change is seen at once ───
template_loaders: list[Any] = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if not DEBUG:
    template_loaders = [("django.template.loaders.cached.Loader", template_loaders)]

# ── JSON lines on standard error; Django's request warnings (every 4xx) are left out ────────────
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "servicekit.telemetry.JsonFormatter", "service": SERVICE_NAME}},
    "handlers": {"stderr": {"class": "servicekit.telemetry.StderrHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", "propagate": True, "handlers": []},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        # one line for every periodic task sent, received and done is too much
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
