"""Settings of billing_service: what every service shares, and the limits on cash."""

from __future__ import annotations

from servicekit.quotas import quota
from servicekit.settings.environment import settings_of

settings_of("billing_service")
from servicekit.settings.base import *

INSTALLED_APPS += [
    "billing_service.ledger",
    "billing_service.holds",
    "billing_service.cash",
    "billing_service.consistency",
    "billing_service.statements",
    "servicekit.people",
]

SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"] = {"BookingStatus": ["booked"]}

#: The most that one deposit may bring, in minor units: 1,000,000.00.
DEPOSIT_LIMIT = 1_000_000_00

#: The most that a customer may have after a deposit, in minor units: 10,000,000,000.00. A million
#: such customers are 10^18, so that no sum over the ledger leaves a BIGINT (9.2 × 10^18).
BALANCE_LIMIT = 10_000_000_000_00

#: Deposits of a customer until midnight UTC (docs/adr/0037-quotas-a-day.md).
DEPOSITS_A_DAY = quota(env.get("BIRZHA_DEPOSITS_A_DAY", "100"))

#: The most that one withdrawal may take, in minor units: 1,000,000.00.
WITHDRAWAL_LIMIT = 1_000_000_00

#: Withdrawals of a customer until midnight UTC.
WITHDRAWALS_A_DAY = quota(env.get("BIRZHA_WITHDRAWALS_A_DAY", "100"))

#: Seconds after which a market order's hold should have ended; trading's deadlines are well below.
HOLD_DUE_IN_S = 60

#: Seconds between two runs of the consistency job, and of the look for overdue holds.
CHECK_PERIOD = 60.0

#: Seconds between two looks whether a month has ended whose statements are to be announced.
STATEMENTS_EVERY_S = 3600.0

CELERY_BEAT_SCHEDULE |= {
    "check the books": every(CHECK_PERIOD, "billing_service.consistency.tasks.consistency_check"),
    "announce statements": every(STATEMENTS_EVERY_S, "billing_service.statements.tasks.statements_announce"),
    "watch the holds": every(CHECK_PERIOD, "billing_service.holds.tasks.holds_watch"),
}
