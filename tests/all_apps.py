"""Every app and setting of every service in one module, for the type checker; nothing runs on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from compose.system.environment import known_services

for _key in (
    "SECRET_KEY", "DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "REDIS_URL", "JWKS_URL", "JWT_KEYS",
    "LINK_KEY",
):  # fmt: skip
    os.environ.setdefault(f"BIRZHA_{_key}", "/nonexistent")

os.environ.setdefault("BIRZHA_SERVICES", known_services())

if TYPE_CHECKING:
    from billing_service.config.settings import *
    from market_service.config.settings import *
    from notification_service.config.settings import *
    from trading_service.config.settings import *
    from web_frontend.config.settings import *
from user_service.config.settings import *

_found = Path(__file__).resolve().parents[1].glob("*/*/migrations")
_apps = [f"{folder.parent.parent.name}.{folder.parent.name}" for folder in sorted(_found)]
INSTALLED_APPS += [app for app in _apps if app not in INSTALLED_APPS]
