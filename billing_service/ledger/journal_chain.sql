-- Entries of the journal that do not fit the hash chain; none is right. What a hash is made of is
-- written in chain.py, which computes it in Python; this is the same in PostgreSQL, and all of it:
-- the query needs nothing but the two tables, no function, view or setting of this service.
--
-- A condition on `number` put around it is applied inside, so a part of the journal is checked at
-- the cost of that part.  A missing number shows as `expected` null at the entry after the gap.
SELECT entry.number, entry.id, entry.hash, sealed.expected
FROM ledger_journalentry AS entry
LEFT JOIN ledger_journalentry AS previous ON previous.number = entry.number - 1
CROSS JOIN LATERAL (
    SELECT string_agg(
        concat(account_id, '|', leg.number, '|', kind, '|', amount, '|', currency, '|', balance_after),
        E'\n' ORDER BY account_id, leg.number
    ) AS lines
    FROM ledger_ledgerentry AS leg WHERE leg.journal_entry_id = entry.id
) AS legs
CROSS JOIN LATERAL (
    SELECT CASE WHEN entry.number = 1 OR previous.number IS NOT NULL THEN encode(sha256(convert_to(concat(
        coalesce(previous.hash, repeat('0', 64)), E'\n',
        entry.number, '|', entry.id, '|', entry.type, '|', entry.source_id, '|',
        (extract(epoch FROM entry.occurred_at) * 1000000)::bigint, '|',
        entry.order_id, '|', entry.fill_id, '|', entry.quantity, '|', entry.price, '|', entry.reverses_id, '|',
        to_json(entry.request_id), '|', to_json(entry.ticker), '|', to_json(entry.booked_by), '|',
        to_json(entry.description), '|', to_json(entry.reason), E'\n',
        legs.lines
    ), 'UTF8')), 'hex') END AS expected
) AS sealed
WHERE entry.hash IS DISTINCT FROM sealed.expected
