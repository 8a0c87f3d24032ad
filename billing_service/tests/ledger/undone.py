"""A reversal of a settlement, as it could be booked before it was refused."""

from __future__ import annotations

from billing_service.ledger.models import JournalEntry
from billing_service.ledger.services import Draft, Posting, journal_book
from billing_service.ledger.services.reversal import reversal_lock
from servicekit.ids import new_id


def settlement_reverse(entry: JournalEntry, *, reason: str = "wrong", by: str = "x") -> JournalEntry:
    """Book it, past the use-case."""
    accounts = reversal_lock(entry)
    draft = Draft(
        type="reversal",
        source_id=new_id(),
        request_id="",
        currency="USD",
        postings=[
            Posting(
                accounts[leg.account.user_id] if leg.account.user_id else leg.account.kind,
                "reversal",
                -leg.amount,
            )
            for leg in entry.legs.select_related("account").order_by("id")
        ],
        order_id=entry.order_id,
        ticker=entry.ticker,
        reverses_id=entry.id,
        reason=reason,
        booked_by=by,
    )
    (booked,) = journal_book([draft])
    return JournalEntry.objects.get(id=booked.id)
