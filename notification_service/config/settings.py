"""Settings of notification_service; what all services share comes from :mod:`servicekit.settings`."""

from __future__ import annotations

from servicekit.settings import service_settings

globals().update(
    service_settings(
        "notification",
        apps=["notification_service.delivery", "notification_service.inbox", "servicekit.people"],
    )
)
