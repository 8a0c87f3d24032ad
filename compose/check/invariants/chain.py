"""I10: the journal's hash chain, so that nothing booked can be changed, removed or put in afterwards.

What a hash is made of belongs to billing_service, which writes it down in ``ledger/chain.py``, and as
a query that needs nothing but the two tables, ``ledger/journal_chain.sql``. The latter is run here.
"""

from __future__ import annotations

from pathlib import Path

from compose.check.model import Invariant, Rows

#: Finds every entry that does not fit.
BREAKS = (Path(__file__).parents[3] / "billing_service" / "ledger" / "journal_chain.sql").read_text("utf-8")

I10 = Invariant(
    "I10",
    "the journal's hash chain has no gap and no mismatch, and ends at its head",
    always=True,
    checks=(
        Rows(
            "an entry that does not fit the hash chain",
            "billing",
            f"{BREAKS} /* since: entry.id */",
        ),
        Rows(
            "the chain does not end at its head",
            "billing",
            """
            SELECT head.number, head.hash, last.number AS last_number, last.hash AS last_hash
            FROM ledger_journalhead AS head
            FULL JOIN (
                SELECT 1 AS id, number, hash FROM ledger_journalentry ORDER BY number DESC LIMIT 1
            ) AS last ON last.id = head.id
            WHERE (coalesce(head.number, 0), coalesce(head.hash, repeat('0', 64)))
                  <> (coalesce(last.number, 0), coalesce(last.hash, repeat('0', 64)))
            """,
            few=True,
        ),
    ),
)
