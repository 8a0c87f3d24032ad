"""Settings of notification_service: what every service shares, and how messages leave the house."""

from __future__ import annotations

from urllib.parse import urlsplit

from notification_service.config.mail import mail_settings
from notification_service.config.messengers import messengers
from notification_service.config.networks import private_networks
from servicekit.settings.environment import settings_of

settings_of("notification_service")
from servicekit.settings.base import *

INSTALLED_APPS += [
    "notification_service.preferences",
    "notification_service.delivery",
    "notification_service.inbox",
    "notification_service.news",
    "notification_service.transports",
    "notification_service.closings",
    "servicekit.people",
]

STREAM_URLCONF = "notification_service.config.stream_urls"

# ── E-mail ──────────────────────────────────────────────────────────────────────────────────────
SMTP_URL = env.get("BIRZHA_SMTP_URL")
_mail = mail_settings(SMTP_URL)
EMAIL_BACKEND, EMAIL_TIMEOUT = _mail.backend, _mail.timeout_s
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.use_ssl, _mail.use_tls
DEFAULT_FROM_EMAIL = env.get("BIRZHA_MAIL_FROM") or f"Birzha <birzha@{urlsplit(PUBLIC_URL).hostname}>"
#: Where mail goes while there is no SMTP server: a file a message.
MAILBOX = env.get("BIRZHA_MAILBOX") or str(env.file.parents[1] / "mailbox")

#: What the links in mails are made with; user_service has it too (``servicekit/auth/links.py``).
LINK_KEY = env.require("BIRZHA_LINK_KEY")

# ── What is kept ────────────────────────────────────────────────────────────────────────────────
#: Days for which a mail lies in the folder, and for which it is known what became of a message; the
#: notification itself stays in the inbox.
MAIL_KEPT_DAYS = 30
DELIVERIES_KEPT_DAYS = 90
#: Seconds between two looks for what is older.
PURGE_EVERY_S = 3600.0
#: Seconds between two looks for news that operators have released.
NEWS_EVERY_S = 15.0
CELERY_BEAT_SCHEDULE |= {
    "purge deliveries": {
        "task": "notification_service.inbox.tasks.deliveries_purge",
        "schedule": PURGE_EVERY_S,
        "options": {"expires": PURGE_EVERY_S},
    },
    "send news": {
        "task": "notification_service.news.tasks.news_send",
        "schedule": NEWS_EVERY_S,
        "options": {"expires": NEWS_EVERY_S},
    },
    "purge the mailbox folder": {
        "task": "notification_service.transports.tasks.mailbox_purge",
        "schedule": PURGE_EVERY_S,
        "options": {"expires": PURGE_EVERY_S},
    },
    "forget the last mails of closed accounts": {
        "task": "notification_service.closings.tasks.last_mails_forget",
        "schedule": PURGE_EVERY_S,
        "options": {"expires": PURGE_EVERY_S},
    },
}

# ── Metrics of the delivery process ─────────────────────────────────────────────────────────────
DELIVERY_METRICS = env.get("BIRZHA_DELIVERY_METRICS")
OTHER_METRICS += [DELIVERY_METRICS]

# ── Webhooks and messengers ─────────────────────────────────────────────────────────────────────
#: Networks that webhooks may go to beside the internet: a class that runs its bots here.
PRIVATE_WEBHOOKS = private_networks(env.get("BIRZHA_PRIVATE_WEBHOOKS"))
MESSENGERS = messengers(env.get("BIRZHA_MESSENGERS"))
