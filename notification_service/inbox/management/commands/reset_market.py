"""``manage reset_market``: what was told of orders and money goes; what was told of the account stays."""

from __future__ import annotations

from typing import Any

from notification_service.delivery.models import Delivery
from notification_service.inbox.models import Notification
from notification_service.kinds import Kind
from servicekit.market_reset import ResetMarketCommand

#: Kinds of notifications that tell of no order and no money.
OF_THE_ACCOUNT = (Kind.WELCOME, Kind.SECURITY_NOTICED, Kind.OPERATOR_NEWS)


class Command(ResetMarketCommand):
    changed = ("delivery_delivery", "notification_inbox_notification")
    kept = ("delivery_contact", "news_news", "preferences_preferences")

    def counts(self) -> dict[str, Any]:
        return {"notifications": Notification.objects.exclude(kind__in=OF_THE_ACCOUNT).count()}

    def change(self) -> None:
        for table in (Notification, Delivery):
            table.objects.exclude(kind__in=OF_THE_ACCOUNT).delete()
