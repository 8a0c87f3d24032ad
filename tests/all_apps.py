"""Every app and setting of every service in one module, for the type checker; nothing runs on it."""

from __future__ import annotations

import os

from compose.system.environment import known_services

for _key in (
    "SECRET_KEY", "DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "REDIS_URL", "JWKS_URL",
    "JWT_KEYS", "GATEWAY_URL",
):  # fmt: skip
    os.environ.setdefault(f"BIRZHA_{_key}", "/nonexistent")

os.environ.setdefault("BIRZHA_SERVICES", known_services())

from billing_service.config import settings as billing  # noqa: E402
from market_service.config import settings as market  # noqa: E402
from notification_service.config import settings as notification  # noqa: E402
from trading_service.config import settings as trading  # noqa: E402
from user_service.config import settings as user  # noqa: E402
from web_frontend.config import settings as web  # noqa: E402

_apps: list[str] = []
for _module in (web, billing, market, notification, trading, user):
    globals().update({name: value for name, value in vars(_module).items() if name.isupper()})
    _apps += [app for app in vars(_module)["INSTALLED_APPS"] if app not in _apps]

INSTALLED_APPS = _apps
