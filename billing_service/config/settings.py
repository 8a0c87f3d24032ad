"""Settings of billing_service: what every service shares, and the limits on cash."""

from __future__ import annotations

from servicekit.settings import service_settings

globals().update(
    service_settings(
        "billing",
        apps=["billing_service.ledger", "billing_service.holds", "billing_service.cash"],
    )
)

#: The most that one deposit may bring, in minor units: 1,000,000.00.
DEPOSIT_LIMIT = 1_000_000_00

#: The most that a customer may have after a deposit, in minor units: 10,000,000,000.00. A million
#: such customers are 10^18, so that no sum over the ledger leaves a BIGINT (9.2 × 10^18).
BALANCE_LIMIT = 10_000_000_000_00
