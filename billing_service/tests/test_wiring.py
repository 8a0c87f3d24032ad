"""How the service is put together: its OpenAPI document, its migrations, its admin."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from servicekit.testing.migrations import missing_migrations


def test_openapi_document_is_valid_and_names_every_address(db, api):
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())

    paths = api().get("/api/v1/billing/schema", headers={"Accept": "application/json"}).json()["paths"]
    assert set(paths) == {
        "/api/v1/account", "/api/v1/account/holds", "/api/v1/deposits", "/api/v1/withdrawals",
        "/api/v1/operations", "/api/v1/statements", "/api/v1/statements/{month}",
    }  # fmt: skip
    answers = paths["/api/v1/operations"]["get"]["responses"]["200"]["content"]
    workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert set(answers) == {"application/json", "text/csv", "text/html", workbook}


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


@pytest.mark.django_db
def test_the_tasks_do_their_work(customer):
    from billing_service.consistency.tasks import consistency_check
    from billing_service.holds.tasks import holds_watch

    customer(100)
    assert (consistency_check(), holds_watch()) == (0, 0)
