"""``manage reset_market``: every account begins again with nothing, in a ledger that is empty."""

from __future__ import annotations

from typing import Any

from billing_service.ledger.models import JournalHead, LedgerAccount
from servicekit.market_reset import ResetMarketCommand


class Command(ResetMarketCommand):
    emptied = (
        "cash_deposit", "cash_withdrawal", "consistency_consistencymark", "holds_hold",
        "ledger_journalentry", "ledger_journalhead", "ledger_ledgerentry",
    )  # fmt: skip
    changed = ("ledger_ledgeraccount",)
    kept = ("ledger_accountfreeze", "ledger_instrumentname", "statements_statementmonth")

    def counts(self) -> dict[str, Any]:
        head = JournalHead.objects.first()
        return {"entries": head.number, "head": head.hash} if head else {"entries": 0}

    def change(self) -> None:
        LedgerAccount.objects.update(balance=0, held=0, last_number=0)
        # What it was asked is forgotten with its answers; user_service asks again.
        LedgerAccount.objects.filter(closed_at=None).update(closing_id=None)
