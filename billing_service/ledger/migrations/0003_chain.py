"""The hash chain, reversals and freezes; a seal in the place of the deferred triggers; see ``ledger.models``."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models import Q

import servicekit.ids
from servicekit.database.rights import application_may

# The hash of `entry`, whose legs are `legs.lines` (see chain.py).
HASH = """
encode(sha256(convert_to(concat(
    {previous}, E'\\n',
    entry.number, '|', entry.id, '|', entry.type, '|', entry.source_id, '|',
    (extract(epoch FROM entry.occurred_at) * 1000000)::bigint, '|',
    entry.order_id, '|', entry.fill_id, '|', entry.quantity, '|', entry.price, '|', entry.reverses_id, '|',
    to_json(entry.request_id), '|', to_json(entry.ticker), '|', to_json(entry.booked_by), '|',
    to_json(entry.description), '|', to_json(entry.reason), E'\\n',
    legs.lines
), 'UTF8')), 'hex')
"""

LINES = """
string_agg(
    concat(leg.account_id, '|', leg.number, '|', leg.kind, '|', leg.amount, '|',
        leg.currency, '|', leg.balance_after),
    E'\\n' ORDER BY leg.account_id, leg.number
) AS lines
"""

# What a running system has booked is chained in the order of its booking.
CHAIN = f"""
SET LOCAL statement_timeout = 0;
ALTER TABLE ledger_journalentry DISABLE TRIGGER journal_entry_immutable;
DO $$
DECLARE
    this ledger_journalentry;
    head_number bigint := 0;
    head_hash text := repeat('0', 64);
BEGIN
    FOR this IN SELECT * FROM ledger_journalentry ORDER BY occurred_at, id LOOP
        head_number := head_number + 1;
        UPDATE ledger_journalentry SET number = head_number WHERE id = this.id;
        SELECT {HASH.format(previous="head_hash")} INTO head_hash
            FROM ledger_journalentry AS entry, LATERAL (
                SELECT {LINES} FROM ledger_ledgerentry AS leg WHERE journal_entry_id = entry.id
            ) AS legs
            WHERE id = this.id;
        UPDATE ledger_journalentry SET hash = head_hash WHERE id = this.id;
    END LOOP;
    INSERT INTO ledger_journalhead (id, number, hash, unsealed) VALUES (1, head_number, head_hash, 0);
END
$$;
ALTER TABLE ledger_journalentry ENABLE TRIGGER journal_entry_immutable;
"""

SEAL = f"""
DROP TRIGGER ledger_entry_balanced ON ledger_ledgerentry;
DROP TRIGGER journal_entry_balanced ON ledger_journalentry;
DROP FUNCTION ledger_refuse_unbalanced();
ALTER TABLE ledger_ledgerentry DROP CONSTRAINT entry_in_currency_of_account;

-- Locks the chain's end until the transaction ends, so one books at a time, and returns it.
CREATE FUNCTION ledger_lock_head(OUT number bigint, OUT hash text, OUT moment timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOOP
        SELECT head.number, head.hash INTO number, hash FROM ledger_journalhead AS head FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO ledger_journalhead (id, number, hash, unsealed)
            VALUES (1, 0, repeat('0', 64), 0) ON CONFLICT DO NOTHING;
    END LOOP;
    moment := clock_timestamp();
END
$$;

-- Legs come before their entry: the head counts those that no entry has sealed yet. Legs for an entry
-- that exists are never sealed, and nobody else can be about to write one: the head is locked.
CREATE FUNCTION ledger_take_legs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM ledger_lock_head();
    UPDATE ledger_journalhead SET unsealed = unsealed + (SELECT count(*) FROM added);
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_entry_taken AFTER INSERT ON ledger_ledgerentry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_take_legs();

-- At commit every leg is sealed. One look at one row, where a foreign key would look once per leg.
CREATE FUNCTION ledger_refuse_unsealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    left_over bigint;
BEGIN
    SELECT unsealed INTO left_over FROM ledger_journalhead;
    IF left_over <> 0 THEN
        RAISE EXCEPTION '% legs were not sealed by a new journal entry', left_over USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER journal_head_all_sealed AFTER UPDATE ON ledger_journalhead
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.unsealed <> 0)
    EXECUTE FUNCTION ledger_refuse_unsealed();

-- An account that was booked on stays, in its currency.
CREATE FUNCTION ledger_refuse_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_ledgerentry WHERE account_id = OLD.id) THEN
        RAISE EXCEPTION 'account % was booked on', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER account_stays BEFORE DELETE OR UPDATE OF id, currency ON ledger_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_account_change();

-- The entry seals its legs: they are on accounts of their currency, they sum to zero per currency (and
-- no leg is zero, so there are two at least), the number is the next one, the hash is right. Then the
-- head moves on to it. EXECUTE plans the query at every call, for the tables' present size: a plan
-- that was kept from when they were empty would read them from end to end for each entry.
CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    head record;
    added record;
    wrong record;
BEGIN
    SELECT count(*) AS count, min(number) AS first, max(number) AS last INTO added FROM sealed;
    IF added.count = 0 THEN
        RETURN NULL;
    END IF;
    SELECT * INTO head FROM ledger_lock_head();
    IF added.first <> head.number + 1 OR added.last <> head.number + added.count THEN
        RAISE EXCEPTION 'the next journal entry is %, not % to %', head.number + 1, added.first, added.last
            USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE $q$
        SELECT sum(legs.count) AS legs,
            min(entry.number) FILTER (WHERE legs.count = 0) AS empty,
            min(entry.number) FILTER (WHERE legs.known < legs.count) AS lost,
            min(entry.number) FILTER (WHERE EXISTS (
                SELECT FROM ledger_ledgerentry WHERE journal_entry_id = entry.id
                GROUP BY currency HAVING sum(amount) <> 0
            )) AS unbalanced,
            min(entry.number) FILTER (WHERE entry.hash IS DISTINCT FROM {HASH.format(previous="entry.previous")})
                AS misfit
        FROM (SELECT *, lag(hash, 1, $1) OVER (ORDER BY number) AS previous FROM sealed) AS entry
        CROSS JOIN LATERAL (
            SELECT count(*) AS count, count(account.id) AS known, {LINES}
            FROM ledger_ledgerentry AS leg LEFT JOIN ledger_ledgeraccount AS account
                ON account.id = leg.account_id AND account.currency = leg.currency
            WHERE leg.journal_entry_id = entry.id
        ) AS legs
    $q$ INTO wrong USING head.hash::varchar;
    IF wrong.empty IS NOT NULL THEN
        RAISE EXCEPTION 'journal entry % has no legs', wrong.empty USING ERRCODE = 'check_violation';
    ELSIF wrong.lost IS NOT NULL THEN
        RAISE EXCEPTION 'journal entry % has a leg on no account of its currency', wrong.lost
            USING ERRCODE = 'foreign_key_violation';
    ELSIF wrong.unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'journal entry % is out of balance', wrong.unbalanced
            USING ERRCODE = 'check_violation';
    ELSIF wrong.misfit IS NOT NULL THEN
        RAISE EXCEPTION 'the hash of journal entry % does not fit the chain', wrong.misfit
            USING ERRCODE = 'check_violation';
    END IF;
    UPDATE ledger_journalhead AS moved
        SET number = latest.number, hash = latest.hash, unsealed = unsealed - wrong.legs
        FROM sealed AS latest WHERE latest.number = added.last;
    RETURN NULL;
END
$$;
CREATE TRIGGER journal_entry_seal AFTER INSERT ON ledger_journalentry
    REFERENCING NEW TABLE AS sealed
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_seal();

-- Whoever moves the head, it moves forward only.
CREATE FUNCTION ledger_refuse_head_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the head of the journal only moves on' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER journal_head_moves_on BEFORE UPDATE ON ledger_journalhead
    FOR EACH ROW WHEN (NEW.number < OLD.number OR NEW.number = OLD.number AND NEW.hash <> OLD.hash)
    EXECUTE FUNCTION ledger_refuse_head_back();
CREATE TRIGGER journal_head_stays BEFORE DELETE ON ledger_journalhead
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_head_back();

-- Balances change in place: room on the page keeps the new version beside the old one, no index is touched.
ALTER TABLE ledger_ledgeraccount SET (fillfactor = 60);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="JournalHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(verbose_name="number")),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
                ("unsealed", models.BigIntegerField(default=0, verbose_name="legs without an entry")),
            ],
            options={
                "verbose_name": "head of the journal",
                "verbose_name_plural": "head of the journal",
                "constraints": [models.CheckConstraint(condition=Q(id=1), name="journal_has_one_head")],
            },
        ),
        migrations.CreateModel(
            name="AccountFreeze",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=servicekit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "frozen_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="frozen"
                    ),
                ),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="lifted")),
                (
                    "lifted_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="lifted by"),
                ),
                (
                    "lifted_reason",
                    models.CharField(
                        blank=True, default="", max_length=500, verbose_name="reason for lifting"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="freezes",
                        to="ledger.ledgeraccount",
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "freeze of an account",
                "verbose_name_plural": "freezes of accounts",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(lifted_at=None), fields=("account",), name="freeze_one_open_per_account"
                    ),
                    models.CheckConstraint(
                        condition=Q(lifted_at=None) | (~Q(lifted_by="") & ~Q(lifted_reason="")),
                        name="freeze_lifted_by_somebody_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "ledgeraccount", "frozen_at", models.DateTimeField(null=True, verbose_name="frozen")
        ),
        migrations.AddConstraint(
            "ledgeraccount",
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="account_currency_of_three_letters"
            ),
        ),
        migrations.AddField(
            "journalentry", "number", models.BigIntegerField(null=True, unique=True, verbose_name="number")
        ),
        migrations.AddField(
            "journalentry", "hash", models.CharField(max_length=64, null=True, verbose_name="hash")
        ),
        migrations.AddField(
            "journalentry",
            "reverses",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="ledger.journalentry",
                verbose_name="reverses",
            ),
        ),
        migrations.AddField(
            "journalentry",
            "reason",
            models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="reason"),
        ),
        migrations.AddField(
            "journalentry",
            "booked_by",
            models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="booked by"),
        ),
        migrations.AlterField(
            "journalentry",
            "type",
            models.CharField(
                choices=[
                    ("deposit", "deposit"),
                    ("order_settlement", "settlement of an order"),
                    ("reversal", "reversal"),
                ],
                max_length=24,
                verbose_name="type",
            ),
        ),
        migrations.AlterField(
            "journalentry", "occurred_at", models.DateTimeField(verbose_name="booked")
        ),
        migrations.AddIndex(
            "journalentry",
            django.contrib.postgres.indexes.BrinIndex(
                fields=["occurred_at"], name="journal_occurred", pages_per_range=32
            ),
        ),
        migrations.AlterField(
            "ledgerentry",
            "kind",
            models.CharField(
                choices=[
                    ("deposit", "deposit"),
                    ("withdrawal", "withdrawal"),
                    ("buy", "buy"),
                    ("sell", "sell"),
                    ("fee", "fee"),
                    ("reversal", "reversal"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            "ledgerentry",
            "journal_entry",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legs",
                to="ledger.journalentry",
                verbose_name="journal entry",
            ),
        ),
        migrations.RunSQL(CHAIN),
        migrations.AlterField(
            "journalentry", "number", models.BigIntegerField(unique=True, verbose_name="number")
        ),
        migrations.AlterField("journalentry", "hash", models.CharField(max_length=64, verbose_name="hash")),
        migrations.AddConstraint(
            "journalentry",
            models.UniqueConstraint(
                condition=Q(reverses__isnull=False), fields=("reverses",), name="journal_reversed_once"
            ),
        ),
        migrations.AddConstraint(
            "journalentry",
            models.CheckConstraint(
                condition=Q(type__in=["deposit", "order_settlement", "reversal"]), name="journal_known_type"
            ),
        ),
        migrations.AddConstraint(
            "journalentry",
            models.CheckConstraint(
                condition=(Q(type="reversal", reverses__isnull=False) & ~Q(reason="") & ~Q(booked_by=""))
                | (~Q(type="reversal") & Q(reverses__isnull=True)),
                name="journal_reversal_says_of_what_and_why",
            ),
        ),
        migrations.AddConstraint(
            "ledgerentry",
            models.CheckConstraint(
                condition=Q(kind__in=["deposit", "withdrawal", "buy", "sell", "fee", "reversal"]),
                name="entry_known_kind",
            ),
        ),
        migrations.RunSQL(SEAL),
        # Only the foreign key of the legs had needed it.
        migrations.RemoveConstraint("ledgeraccount", "account_currency"),
        # The head is moved by the seal alone; the lock is a function of the owner's.
        application_may("ledger_journalhead", "SELECT"),
        application_may("ledger_accountfreeze", "SELECT", "INSERT", "UPDATE (lifted_at, lifted_by, lifted_reason)"),
        application_may(
            "ledger_ledgeraccount", "SELECT", "INSERT", "UPDATE (balance, held, last_number, frozen_at)"
        ),
    ]
