"""The settings of the pages. No database: sessions live in Redis, everything else behind the gateway."""

from __future__ import annotations

from typing import Any, Final

from csp.constants import NONE, SELF

from servicekit import terms
from servicekit.settings.environment import settings_of

settings_of("web_frontend")
from servicekit.settings.common import *

GATEWAY_URL = env.require("BIRZHA_GATEWAY_URL")
#: The services whose API is described at /api/docs/, by their slugs.
API_DOCUMENTS = [service["slug"] for service in SERVICES]
#: Where the source of this exchange stands; "": no link.
SOURCE_URL = env.get("BIRZHA_SOURCE_URL")
DATABASES: dict[str, Any] = {}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "drf_spectacular_sidecar",
    "web_frontend",
]
MIDDLEWARE = [
    origin_middleware,
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web_frontend.middleware.PolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web_frontend.middleware.TimeZoneMiddleware",
    "web_frontend.middleware.GatewayMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": template_loaders,
            "builtins": [
                "django.templatetags.i18n",
                "web_frontend.templatetags.answers",
                "web_frontend.templatetags.addresses",
                "web_frontend.templatetags.formatting",
                "web_frontend.templatetags.constant_texts",
                "web_frontend.templatetags.remembered",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "web_frontend.sessions.context.visitor",
                "web_frontend.display.display",
                "web_frontend.help.source.source_url",
                "web_frontend.sessions.unread.unread",
                "web_frontend.market_clock.clock.market_clock",
            ],
        },
    }
]
STREAM_URLCONF = "web_frontend.config.stream_urls"
STREAM_MIDDLEWARE = [
    origin_middleware,
    "django.contrib.sessions.middleware.SessionMiddleware",
]

FORM_RENDERER = "web_frontend.widgets.FieldRenderer"

LANGUAGE_COOKIE_NAME = own_cookie("language")
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE: Final = "Lax"
DISPLAY_COOKIE_NAME = own_cookie("display")

# ── Sessions: the tokens stay on the server, the browser has an opaque id ───────────────────────
CACHES = {
    "default": {
        "BACKEND": "web_frontend.sessions.encrypted_cache.EncryptedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache:web",
        "KEY_FUNCTION": "web_frontend.sessions.encrypted_cache.hashed_key",
        "OPTIONS": {
            "serializer": "web_frontend.sessions.encrypted_cache.EncryptedJson",
            "socket_timeout": 3,
            "socket_connect_timeout": 2,
        },
    }
}
#: As long as a refresh token lives.
SESSION_COOKIE_AGE = 14 * 24 * 3600
#: What the pages' process starts beside the pages, each a thread.
BACKGROUND = ["web_frontend.sessions.pending_sign_outs.start"]
#: So many of a user's sessions are kept; user_service has the same bound.
SESSIONS_PER_USER = 20
SESSION_ENGINE = "web_frontend.sessions.session_store"
SESSION_COOKIE_NAME = own_cookie("session")
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = own_cookie("csrf")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "web_frontend.errors.forbidden"
LANGUAGE_COOKIE_SECURE = behind_tls
MESSAGE_COOKIE_NAME = own_cookie("messages")

# ── What a browser may load: only our own files, nothing inline ─────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# ── Static files: served from the package, each address carries its content's version ───────────
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "web_frontend.config.static_files.VersionedStaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 30 * 24 * 3600

# ── What the ticket shows before an order is placed; trading_service decides ────────────────────
#: The fee as a share of the amount, and how far above the quote a market order may execute.
FEE_RATE = terms.FEE_RATE
PRICE_PROTECTION = terms.PRICE_PROTECTION
#: Seconds: the venue executes at no quote older than this.
QUOTE_MAX_AGE_S = terms.QUOTE_MAX_AGE_S
