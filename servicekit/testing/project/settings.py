"""Settings of servicekit's own tests: trading's database and Redis user, and no apps."""

from servicekit.settings import service_settings

globals().update(service_settings("trading", apps=[]))
ROOT_URLCONF = "servicekit.testing.project.urls"
SUBSCRIPTIONS_MODULE = "servicekit.testing.project.subscriptions"
