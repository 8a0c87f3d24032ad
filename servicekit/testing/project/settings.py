"""Settings of servicekit's own tests: trading's database and Redis user, and no apps."""

from servicekit.settings.environment import settings_of

settings_of("trading_service")
from servicekit.settings.base import *

ROOT_URLCONF = "servicekit.testing.project.urls"
SUBSCRIPTIONS_MODULE = "servicekit.testing.project.subscriptions"
