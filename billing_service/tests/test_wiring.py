"""How the service is put together: its OpenAPI document, its migrations, its admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from servicekit.testing.migrations import missing_migrations


def test_migrations_are_complete(db):
    assert missing_migrations() == ""


@pytest.mark.parametrize(
    "model",
    [
        "ledger_ledgeraccount",
        "ledger_journalentry",
        "ledger_ledgerentry",
        "ledger_accountfreeze",
        "ledger_journalhead",
        "holds_hold",
        "cash_deposit",
        "cash_withdrawal",
        "consistency_consistencymark",
    ],
)
def test_operators_look_and_do_not_touch(admin_client, customer, model):
    customer(100)
    assert admin_client.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:{model}_add")).status_code == 403


def test_a_journal_entry_shows_its_legs(admin_client, customer):
    from billing_service.ledger.models import JournalEntry

    customer(123_45)
    page = admin_client.get(reverse("admin:ledger_journalentry_change", args=[JournalEntry.objects.get().id]))
    assert page.content.decode().count("$123.45") >= 2


def test_what_the_schedule_names_are_tasks(settings):
    from billing_service.config.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
