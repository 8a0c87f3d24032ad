"""One violation or more for each check: (invariant, check, service, statements that break it).

They are things that no service would do and that the databases refuse; see :data:`LIFT`.
"""

from __future__ import annotations

from compose.check.tests.violations import (
    billing,
    closings,
    dividends,
    events,
    orders,
    settlements,
    splits,
    states,
    streams,
)

#: Takes every guard off a database, inside the transaction: foreign keys, CHECKs, unique keys (not
#: the primary ones) and triggers.
LIFT = """
DO $$
DECLARE item record;
BEGIN
    FOR item IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'u')
        ORDER BY contype <> 'f'
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', item.owner, item.conname);
    END LOOP;
    FOR item IN SELECT indexrelid::regclass AS owner FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary
    LOOP
        EXECUTE format('DROP INDEX %s', item.owner);
    END LOOP;
    FOR item IN SELECT DISTINCT tgrelid::regclass AS owner FROM pg_trigger WHERE NOT tgisinternal
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', item.owner);
    END LOOP;
END $$
"""


VIOLATIONS = [
    violation
    for subject in (billing, orders, settlements, states, events, dividends, splits, closings)
    for violation in subject.VIOLATIONS
]

#: Those on the streams are done to Redis, by a function.
STREAM_VIOLATIONS = streams.VIOLATIONS
