"""The database: the application's role, or with BIRZHA_DATABASE_AS_OWNER=1 the one that owns the tables."""

from __future__ import annotations

from servicekit.settings.common import SERVICE_NAME, env
from servicekit.settings.environment import TCP_TIMEOUTS

#: Every statement, lock and idle transaction has a time limit, in milliseconds.
timeouts = {
    "statement_timeout": 15_000,
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 15_000,
}
#: PostgreSQL gives a process up as soon as the process does so with it, of which it hears nothing: for two
#: hours the session would keep its locks, by which one worker of a service relays and consumes, and its place
#: among the connections of its role. The server's names begin with "tcp_".
session = timeouts | {f"tcp_{key.removeprefix('tcp_')}": value for key, value in TCP_TIMEOUTS.items()}
place = env.database
role = "OWNER" if env.get("BIRZHA_DATABASE_AS_OWNER") == "1" else "USER"
DATABASES = {
    "default": {
        "ENGINE": "servicekit.database",
        "HOST": place.pop("host"),
        "PORT": place.pop("port"),
        "NAME": env.get("BIRZHA_DATABASE_NAME", SERVICE_NAME),
        "USER": env.require(f"BIRZHA_DATABASE_{role}"),
        "PASSWORD": env.require(
            "BIRZHA_DATABASE_OWNER_PASSWORD" if role == "OWNER" else "BIRZHA_DATABASE_PASSWORD"
        ),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": " ".join(f"-c {key}={value}" for key, value in session.items()),
            "connect_timeout": 5,
            "application_name": SERVICE_NAME,
            **place,
        },
    }
}
DATABASE_APP_ROLE = env.get("BIRZHA_DATABASE_USER", SERVICE_NAME)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
