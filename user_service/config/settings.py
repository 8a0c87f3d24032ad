"""Settings of user_service: the shared ones, and its own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab

from servicekit.contracts.user import PASSWORD_MIN
from servicekit.quotas import quota
from servicekit.settings.environment import settings_of

settings_of("user_service")
from servicekit.settings.base import *

INSTALLED_APPS += [
    "user_service.sessions",
    "user_service.api_keys",
    "user_service.second_factor",
    "user_service.accounts",
    "user_service.closings",
]
AUTH_USER_MODEL = "accounts.User"

#: The directory with the RSA keys that tokens are signed with; see ``sessions/keys.py``.
JWT_KEYS = Path(env.get("BIRZHA_JWT_KEYS", str(env.file.parent.parent / "jwt")))

#: It reads its own keys from a file: asking itself over HTTP would need a free thread of its own.
JWKS_URL = f"file:{JWT_KEYS / 'jwks.json'}"

#: How long others may keep the published keys: the gateway's ``tokens.keys_kept`` is at most this.
JWKS_MAX_AGE = timedelta(seconds=int(env.get("BIRZHA_JWKS_MAX_AGE", "300")))

ACCESS_TOKEN_LIFETIME = timedelta(minutes=5)
REFRESH_TOKEN_LIFETIME = timedelta(days=14)
#: So long after its first use a refresh token gives the same successor again, to who lost the answer.
REFRESH_RETRY = timedelta(seconds=30)
#: However often it is refreshed, a session ends so long after its sign-in.
SESSION_LIFETIME = timedelta(days=90)
#: So many are open at once; one more ends the one unused longest.
SESSIONS_PER_USER = 20
#: So many usable API keys has one user.
API_KEYS_PER_USER = 20
OPERATOR_TOKEN_LIFETIME = timedelta(hours=8)

#: A session that ended this long ago is deleted.
SESSION_RETENTION = timedelta(days=30)

#: Sign-ins and failures are kept so long, and so many rows of each; see ``sign_in_record.py``.
SIGN_IN_RETENTION = timedelta(days=90)
SIGN_INS_KEPT = 100_000

#: Until midnight UTC (docs/adr/0037-quotas-a-day.md): accounts that are made from one address, sessions that
#: are opened for one account, changes of one profile or password.
SIGN_UPS_A_DAY = quota(env.get("BIRZHA_SIGN_UPS_A_DAY", "500"))
SIGN_INS_A_DAY = quota(env.get("BIRZHA_SIGN_INS_A_DAY", "2000"))
PROFILE_CHANGES_A_DAY = quota(env.get("BIRZHA_PROFILE_CHANGES_A_DAY", "100"))

#: What the links in mails are made with; notification_service has it too (``servicekit/auth/links.py``).
LINK_KEY = env.require("BIRZHA_LINK_KEY")
#: How long the links in mails work.
EMAIL_LINK_LIFETIME = timedelta(days=3)
RESET_LINK_LIFETIME = timedelta(hours=1)
#: Until midnight UTC: mails with a link of one kind to one address; forgotten passwords from one network.
LINK_MAILS_A_DAY = quota(env.get("BIRZHA_LINK_MAILS_A_DAY", "10"))
PASSWORD_RESETS_A_DAY = quota(env.get("BIRZHA_PASSWORD_RESETS_A_DAY", "500"))

#: Whether an operator without a second factor is led to turn it on before any admin page answers.
OPERATORS_NEED_SECOND_FACTOR = env.get("BIRZHA_OPERATOR_SECOND_FACTOR", "optional") == "required"
#: How long a sign-in waits for its code.
CHALLENGE_LIFETIME = timedelta(minutes=5)

AUTHENTICATION_BACKENDS = ["user_service.accounts.backends.CredentialsBackend"]
#: The name is unique by an index over its lower case, which the check does not look at.
SILENCED_SYSTEM_CHECKS += ["auth.W004"]
PASSWORD_HASHERS = ["user_service.accounts.hashers.OwaspArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email", "display_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "user_service.accounts.password_rules.GuessableValidator"},
]

CELERY_BEAT_SCHEDULE |= {
    "purge-ended-sessions": {
        "task": "user_service.sessions.tasks.purge_ended_sessions",
        "schedule": crontab(hour="4", minute="17"),
    },
    "purge-ended-api-keys": {
        "task": "user_service.api_keys.tasks.purge_ended_api_keys",
        "schedule": crontab(hour="4", minute="22"),
    },
    "forget-sign-in-attempts": {
        "task": "user_service.accounts.tasks.forget_sign_in_attempts",
        "schedule": crontab(minute="37"),
    },
    "forget-links": {
        "task": "user_service.accounts.tasks.forget_links",
        "schedule": crontab(minute="42"),
    },
    "purge-sign-ins": {
        "task": "user_service.sessions.tasks.purge_sign_ins",
        "schedule": crontab(minute="47"),
    },
    "forget-daily-counts": {
        "task": "user_service.accounts.tasks.forget_daily_counts",
        "schedule": crontab(minute="47"),
    },
    "ask-again-for-closings": {
        "task": "user_service.closings.tasks.request_again",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "retire-signing-keys": {
        "task": "user_service.sessions.tasks.retire_signing_keys",
        "schedule": crontab(hour="4", minute="27"),
    },
}
