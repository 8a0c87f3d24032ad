"""What the database itself enforces on the ledger, whoever writes: see ``ledger.models``."""

from django.db import migrations

from servicekit.database.rights import application_may

GUARDS = """
-- A leg is in its account's currency.
ALTER TABLE ledger_ledgerentry ADD CONSTRAINT entry_in_currency_of_account
    FOREIGN KEY (account_id, currency) REFERENCES ledger_ledgeraccount (id, currency);

-- At commit, every journal entry that was written to has two legs or more, and they sum to zero.
CREATE FUNCTION ledger_refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    entry uuid;
    legs bigint;
    wrong text;
BEGIN
    IF TG_TABLE_NAME = 'ledger_journalentry' THEN
        entry := NEW.id;
    ELSE
        entry := NEW.journal_entry_id;
    END IF;
    SELECT coalesce(sum(n), 0), string_agg(currency || ' ' || total, ', ') FILTER (WHERE total <> 0)
        INTO legs, wrong
        FROM (
            SELECT currency, count(*) AS n, sum(amount) AS total
            FROM ledger_ledgerentry WHERE journal_entry_id = entry GROUP BY currency
        ) AS sums;
    IF legs < 2 THEN
        RAISE EXCEPTION 'journal entry % has % legs', entry, legs USING ERRCODE = 'check_violation';
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'journal entry % is out of balance by %', entry, wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER journal_entry_balanced AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_refuse_unbalanced();
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_refuse_unbalanced();

-- What is booked stays as it is, for the tables' owner too.
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed: book a reversing entry', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER journal_entry_immutable BEFORE UPDATE OR DELETE ON ledger_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_immutable BEFORE UPDATE OR DELETE ON ledger_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""

UNGUARD = """
DROP TRIGGER ledger_entry_immutable ON ledger_ledgerentry;
DROP TRIGGER journal_entry_immutable ON ledger_journalentry;
DROP FUNCTION ledger_refuse_change();
DROP TRIGGER ledger_entry_balanced ON ledger_ledgerentry;
DROP TRIGGER journal_entry_balanced ON ledger_journalentry;
DROP FUNCTION ledger_refuse_unbalanced();
ALTER TABLE ledger_ledgerentry DROP CONSTRAINT entry_in_currency_of_account;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(GUARDS, UNGUARD),
        # The application adds to the journal; of an account it changes what money does, nothing else.
        application_may("ledger_journalentry", "SELECT", "INSERT"),
        application_may("ledger_ledgerentry", "SELECT", "INSERT"),
        application_may(
            "ledger_ledgeraccount", "SELECT", "INSERT", "UPDATE (balance, held, last_number)"
        ),
    ]
