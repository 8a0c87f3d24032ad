"""The settings that every service has alike; a service adds its apps and its own constants.

``globals().update(service_settings("trading", apps=[...]))`` in ``<service>/config/settings.py``.
What differs from machine to machine comes from the environment: first the process's own, then the
file ``$BIRZHA_HOME/etc/<service>.env`` that the local runner writes, so that a management command
typed by hand finds the running system.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from servicekit.cookies import cookie_name
from servicekit.faults import follow_clock

REPOSITORY = Path(__file__).resolve().parent.parent

#: Every statement, lock and idle transaction has a time limit, in milliseconds.
DATABASE_TIMEOUTS = {
    "statement_timeout": 15_000,
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 15_000,
}

#: What every service's beat does; a service adds its own to ``CELERY_BEAT_SCHEDULE``.
BEAT_SCHEDULE: dict[str, Any] = {
    "keep the events in order": {
        "task": "servicekit.messaging.tasks.events_maintain",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "forget old sessions": {"task": "servicekit.auth.tasks.revocations_purge", "schedule": 3600.0},
}


#: The admin wants its middleware in MIDDLEWARE itself; it has it in servicekit/admin/middleware.py.
ADMIN_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]


class Environment:
    """Values of one service: the process's environment, then its ``.env`` file."""

    def __init__(self, name: str) -> None:
        self.name = name
        home = Path(os.environ.get("BIRZHA_HOME") or REPOSITORY / ".birzha")
        self.file = home / "etc" / f"{name}.env"
        self._values: dict[str, str] = {}
        if self.file.is_file():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                key, separator, value = line.partition("=")
                if separator and not line.startswith("#"):
                    self._values[key.strip()] = value.strip()

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        return os.environ.get(key, self._values.get(key, default))

    def require(self, key: str) -> str:
        """The value.

        Raises:
            ImproperlyConfigured: it is nowhere; says where it was looked for.
        """
        value = self.get(key)
        if not value:
            raise ImproperlyConfigured(
                f"{key} is not set, neither in the environment nor in {self.file}. "
                "Is the system set up (make up), or should BIRZHA_HOME point elsewhere?"
            )
        return value


def environment(name: str) -> Environment:
    """The environment of the service or frontend ``name``."""
    return Environment(name)


def known_services(env: Environment) -> list[dict[str, str]]:
    """Every service of the system: its ``name``, its ``slug`` in ``/admin/<slug>/`` and
    ``/api/v1/<slug>/schema``, and what its admin is called in ``en`` and ``ru``."""
    services: list[dict[str, str]] = json.loads(env.require("BIRZHA_SERVICES"))
    return services


def service_settings(
    name: str,
    *,
    apps: list[str],
    auth_user_model: str = "auth.User",
) -> dict[str, Any]:
    """Everything a service's Django needs.

    Args:
        name: such as ``trading``; the package is ``<name>_service``.
        apps: the service's own Django apps.
        auth_user_model: whom the admin knows; only user_service has its own.

    Returns:
        Settings by name, to be put into the settings module's globals.
    """
    follow_clock(name)
    env = environment(name)
    package = f"{name}_service"
    services = known_services(env)
    slug = next(each["slug"] for each in services if each["name"] == name)
    return {
        "SERVICE_NAME": name,
        "SERVICE_SLUG": slug,
        "SERVICES": services,
        "SECRET_KEY": env.require("BIRZHA_SECRET_KEY"),
        "DEBUG": debug(env),
        "ROOT_URLCONF": f"{package}.config.urls",
        "WSGI_APPLICATION": f"{package}.config.wsgi.application",
        "SUBSCRIPTIONS_MODULE": f"{package}.subscriptions",
        "AUTH_USER_MODEL": auth_user_model,
        "APPEND_SLASH": False,
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [
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
            *apps,
        ],
        "MIDDLEWARE": [
            "servicekit.telemetry.RequestContextMiddleware",
            "django.middleware.security.SecurityMiddleware",
            "servicekit.admin.middleware.AdminMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        "SILENCED_SYSTEM_CHECKS": ADMIN_CHECKS,
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [REPOSITORY / "servicekit" / "admin" / "templates"],
                "OPTIONS": {
                    "loaders": template_loaders(env),
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ],
                },
            }
        ],
        **_database(env, name),
        **_languages(package),
        **public_address(env),
        **_cookies(env, slug),
        "STATIC_URL": f"/admin/{slug}/static/",
        "STATICFILES_DIRS": [REPOSITORY / "servicekit" / "admin" / "static"],
        "WHITENOISE_USE_FINDERS": True,
        "REDIS_URL": env.require("BIRZHA_REDIS_URL"),
        # Days after which rows of the outbox and of the inbox go; see messaging/operate/retention.py.
        "OUTBOX_DAYS": int(env.get("BIRZHA_OUTBOX_DAYS", "14")),
        "INBOX_DAYS": int(env.get("BIRZHA_INBOX_DAYS", "45")),
        "WORKER_METRICS": env.get("BIRZHA_WORKER_METRICS"),
        "JWKS_URL": env.require("BIRZHA_JWKS_URL"),
        "REST_FRAMEWORK": _rest_framework(),
        "SPECTACULAR_SETTINGS": {
            "TITLE": f"Birzha: {slug}",
            "VERSION": "1",
            "SERVE_INCLUDE_SCHEMA": False,
            "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
            "SCHEMA_PATH_PREFIX": "/api/v1",
        },
        "CELERY_BEAT_SCHEDULE": dict(BEAT_SCHEDULE),
        "LOGGING": logging_settings(name),
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 1024 * 1024,
    }


def logging_settings(name: str) -> dict[str, Any]:
    """JSON lines on standard error; Django's request warnings (every 4xx) are left out."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "servicekit.telemetry.JsonFormatter", "service": name}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
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


def _database(env: Environment, name: str) -> dict[str, Any]:
    """The application's role, or with BIRZHA_DATABASE_AS_OWNER=1 the one that owns the tables."""
    as_owner = env.get("BIRZHA_DATABASE_AS_OWNER") == "1"
    role = "BIRZHA_DATABASE_OWNER" if as_owner else "BIRZHA_DATABASE_USER"
    secret = "BIRZHA_DATABASE_OWNER_PASSWORD" if as_owner else "BIRZHA_DATABASE_PASSWORD"
    limits = " ".join(f"-c {key}={value}" for key, value in DATABASE_TIMEOUTS.items())
    return {
        "DATABASES": {
            "default": {
                "ENGINE": "servicekit.database",
                "HOST": env.require("BIRZHA_DATABASE_HOST"),
                "PORT": env.get("BIRZHA_DATABASE_PORT", "5432"),
                "NAME": env.get("BIRZHA_DATABASE_NAME", name),
                "USER": env.require(role),
                "PASSWORD": env.require(secret),
                "CONN_MAX_AGE": None,
                "CONN_HEALTH_CHECKS": True,
                "OPTIONS": {"options": limits, "connect_timeout": 5, "application_name": name},
            }
        },
        "DATABASE_APP_ROLE": env.get("BIRZHA_DATABASE_USER", name),
    }


def _languages(package: str) -> dict[str, Any]:
    return {
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": True,
        "LANGUAGE_CODE": "en",
        "FORMAT_MODULE_PATH": ["servicekit.admin.formats"],
        "LANGUAGES": [("en", _("English")), ("ru", _("Russian"))],
        "LOCALE_PATHS": [REPOSITORY / package / "locale", REPOSITORY / "servicekit" / "locale"],
    }


def public_address(env: Environment) -> dict[str, Any]:
    """What follows from how browsers reach the system: Django's part of it, alike for services and pages."""
    url = env.get("BIRZHA_PUBLIC_URL", "http://127.0.0.1:8000")
    return {
        "PUBLIC_URL": url,
        # The gateway decides which hosts are answered to; nobody else reaches a service.
        "ALLOWED_HOSTS": ["*"],
        "CSRF_TRUSTED_ORIGINS": ["{0.scheme}://{0.netloc}".format(urlsplit(url))],
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    }


def debug(env: Environment) -> bool:
    """Whether errors show code and settings: BIRZHA_DEBUG=1, which `make dev` sets.

    Raises:
        ImproperlyConfigured: others than this machine's own browsers could see them.
    """
    if env.get("BIRZHA_DEBUG") != "1":
        return False
    url = env.get("BIRZHA_PUBLIC_URL", "http://127.0.0.1:8000")
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ImproperlyConfigured(f"BIRZHA_DEBUG=1 is for one's own machine, and this is {url}.")
    return True


def template_loaders(env: Environment) -> list[Any]:
    """Templates are read once, or with DEBUG by every request, so that a change is seen at once."""
    loaders: list[Any] = [
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    return loaders if debug(env) else [("django.template.loaders.cached.Loader", loaders)]


def behind_tls(env: Environment) -> bool:
    """Whether browsers come by https only."""
    return env.get("BIRZHA_PUBLIC_URL").startswith("https:")


def own_cookie(env: Environment, name: str) -> str:
    """A cookie's name in this system; see :func:`servicekit.cookies.cookie_name`."""
    return cookie_name(name, system=env.get("BIRZHA_COOKIE_SUFFIX"), secure=behind_tls(env))


def _cookies(env: Environment, slug: str) -> dict[str, Any]:
    secure = behind_tls(env)
    return {
        "OPERATOR_COOKIE_NAME": own_cookie(env, "operator"),
        "SESSION_COOKIE_NAME": own_cookie(env, f"{slug}_session"),
        # What only this host can set (__Host-) has to be of all paths.
        "SESSION_COOKIE_PATH": "/" if secure else f"/admin/{slug}/",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "MESSAGE_STORAGE": "servicekit.message_cookie.MessageCookie",
        "MESSAGE_COOKIE_NAME": own_cookie(env, f"{slug}_messages"),
        "CSRF_COOKIE_NAME": own_cookie(env, f"{slug}_csrf"),
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_HTTPONLY": False,
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_FAILURE_VIEW": "servicekit.api.error_views.csrf_failure",
    }


def _rest_framework() -> dict[str, Any]:
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "servicekit.auth.authentication.BearerAuthentication",
            "servicekit.auth.authentication.OperatorCookieAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_PARSER_CLASSES": ["servicekit.api.parsers.StrictJsonParser"],
        "DEFAULT_RENDERER_CLASSES": [
            "servicekit.api.renderers.Json",
            "servicekit.api.renderers.BrowsableApi",
        ],
        "DEFAULT_SCHEMA_CLASS": "servicekit.api.openapi.ContractSchema",
        "EXCEPTION_HANDLER": "servicekit.api.problems.exception_handler",
        "UNAUTHENTICATED_USER": "servicekit.auth.principals.Anonymous",
        "NON_FIELD_ERRORS_KEY": "body",
        "STRICT_JSON": True,
        "URL_FORMAT_OVERRIDE": None,
        "COERCE_DECIMAL_TO_STRING": True,
    }
