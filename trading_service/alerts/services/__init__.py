"""Use-cases of price alerts; the only writer of its models."""

from __future__ import annotations

from trading_service.alerts.services.alert_set import alert_delete, alert_set
from trading_service.alerts.services.alerts_announce import alerts_announce
from trading_service.alerts.services.alerts_fire import instruments_follow, quotes_follow
from trading_service.alerts.services.alerts_forget import alerts_forget
from trading_service.alerts.services.alerts_split import alerts_split
