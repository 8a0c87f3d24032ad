"""What operators did is on record: with the action or not at all, and never changed or removed."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.audit.recording import record
from servicekit.auth.authentication import OPERATOR_COOKIE
from servicekit.auth.models import RevokedSession
from servicekit.ids import new_id
from servicekit.settings.environment import Environment
from servicekit.telemetry import request_context
from servicekit.testing.keys import access_token

pytestmark = pytest.mark.django_db

ANNA = Actor(name="anna", id=new_id())
LIST = "/admin/trading/audit/auditentry/"


def thing() -> RevokedSession:
    return RevokedSession(session_id=new_id())


def note(**changes: Any) -> AuditEntry:
    values: Any = {"by": ANNA, "reason": "a court's order", "before": {"held": 5}, "after": {"held": 0}}
    with transaction.atomic():
        return record("account.freeze", thing(), **(values | changes))


def test_a_row_says_who_when_what_and_why() -> None:
    with request_context("click-9"):
        entry = note()
    entry.refresh_from_db()
    assert (entry.actor_id, entry.actor_name, entry.action) == (ANNA.id, "anna", "account.freeze")
    assert (entry.object_type, entry.before, entry.after) == (
        "servicekit_auth.revokedsession", {"held": 5}, {"held": 0},
    )  # fmt: skip
    assert (entry.reason, entry.request_id) == ("a court's order", "click-9")
    assert entry.at is not None


@pytest.mark.django_db(transaction=True)
def test_it_stands_in_the_log_once_it_is_committed(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "servicekit.audit"):
        with transaction.atomic():
            note()
            assert not caplog.records
        (line,) = caplog.records
        assert "account.freeze" in line.getMessage()
        assert "by anna" in line.getMessage()
        assert "a court's order" in line.getMessage()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            note()
            raise ZeroDivisionError
    assert len(caplog.records) == AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_row_without_the_transaction_of_the_action() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record("account.freeze", thing(), by=ANNA)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_thing_is_called_alike_whatever_its_operator_reads(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders and holds say their state in words."""
    monkeypatch.setattr(RevokedSession, "__str__", lambda _: gettext("Sign-in required"))
    with translation.override(language):
        entry = note(after={"state": gettext_lazy("Sign-in required")})
    assert (entry.object_name, entry.after) == ("Sign-in required", {"state": "Sign-in required"})


def test_an_action_that_nobody_has_named_is_not_recorded() -> None:
    with pytest.raises(AssertionError):
        record("account.vanish", thing(), by=ANNA)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET reason = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TABLE audit_entries",
    ],
)
def test_the_application_may_only_add_and_read(statement: str) -> None:
    env = Environment("trading")
    application = psycopg2.connect(
        host=env.require("BIRZHA_DATABASE_HOST"),
        port=env.get("BIRZHA_DATABASE_PORT", "5432"),
        dbname=connection.settings_dict["NAME"],
        user=env.require("BIRZHA_DATABASE_USER"),
        password=env.require("BIRZHA_DATABASE_PASSWORD"),
    )
    try:
        with application.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_entries")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
    finally:
        application.close()


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"])
def test_not_even_the_tables_owner_changes_it(change: str) -> None:
    note()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.cursor().execute(change)
    assert AuditEntry.objects.count() == 1


def test_removing_a_user_leaves_it() -> None:
    """Django's own log went with its user; this one knows nobody by a key."""
    users: Any = get_user_model().objects
    user = users.create_superuser(str(ANNA.id))
    LogEntry.objects.create(user=user, action_flag=2)
    note(by=Actor.of(user))
    user.delete()
    assert not LogEntry.objects.exists()
    assert AuditEntry.objects.get().actor_id == ANNA.id


class TestAdmin:
    @pytest.fixture
    def operator(self, user_id: UUID) -> Client:
        client = Client()
        client.cookies[OPERATOR_COOKIE] = access_token(user_id, scope="customer operator", name="anna")
        return client

    def test_it_is_shown_and_nobody_removes_it(self, operator: Client) -> None:
        entry = note()
        page = operator.get(LIST).content.decode()
        assert "froze an account" in page
        assert "held: 5 → held: 0" in page
        assert "заморожен счёт" in operator.get(LIST, headers={"Accept-Language": "ru"}).content.decode()
        assert operator.get(f"{LIST}{entry.pk}/change/").status_code == 200
        for address in (f"{LIST}add/", f"{LIST}{entry.pk}/delete/"):
            assert operator.post(address, {"post": "yes"}).status_code == 403
        assert operator.post(f"{LIST}{entry.pk}/change/", {"reason": "x"}).status_code == 403
        assert "delete_selected" not in page
        assert AuditEntry.objects.get().reason == "a court's order"

    def test_times_say_their_zone(self, operator: Client) -> None:
        assert "Times are UTC" in operator.get(LIST).content.decode()
        page = operator.get("/admin/trading/", headers={"Accept-Language": "ru"}).content.decode()
        assert "Время по UTC" in page

    def test_a_password_is_changed_by_the_use_case_alone(self, operator: Client) -> None:
        for answer in (
            operator.get("/admin/trading/password_change/"),
            operator.post("/admin/trading/password_change/"),
        ):
            assert (answer.status_code, answer["Location"]) == (302, "/security")

    @pytest.mark.parametrize("query", ["anna", "account.freeze", "click-9"])
    def test_it_is_found(self, operator: Client, query: str) -> None:
        with request_context("click-9"):
            note()
            note(by=Actor.shell("bob"))
        assert operator.get(LIST, {"q": query}).content.decode().count("field-at") >= 1
        assert "field-at" not in operator.get(LIST, {"q": "nobody"}).content.decode()

    def test_the_operator_is_called_by_name(self, operator: Client, user_id: UUID) -> None:
        page = operator.get("/admin/trading/")
        assert "<strong>anna</strong>" in page.content.decode()
        shadow = get_user_model().objects.get()
        assert Actor.of(shadow) == Actor(name="anna", id=user_id)

    def test_users_and_groups_are_not_offered_where_they_do_nothing(self, operator: Client) -> None:
        assert "/admin/trading/auth/" not in operator.get("/admin/trading/").content.decode()
        for page in ("user", "group"):
            assert operator.get(f"/admin/trading/auth/{page}/").status_code == 404
            assert operator.get(f"/admin/trading/auth/{page}/add/").status_code == 404
