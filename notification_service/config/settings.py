"""Settings of notification_service: what every service shares."""

from __future__ import annotations

from servicekit.settings.environment import settings_of

settings_of("notification_service")
from servicekit.settings.base import *

INSTALLED_APPS += ["notification_service.delivery", "notification_service.inbox", "servicekit.people"]
