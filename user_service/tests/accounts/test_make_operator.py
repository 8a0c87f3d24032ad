"""``manage make_operator``: once, and never out of somebody else's account."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from servicekit.audit.models import AuditEntry
from servicekit.contracts.user import AccountRegistered
from user_service.accounts.models import User
from user_service.accounts.services import user_disable
from user_service.tests.conftest import BY, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("BIRZHA_OPERATOR_USERNAME", "operator")
    monkeypatch.setenv("BIRZHA_OPERATOR_PASSWORD", PASSWORD)


def test_twice_makes_one(published, capsys):
    call_command("make_operator")
    before = User.objects.values().get()
    call_command("make_operator")

    user = User.objects.get()
    assert User.objects.values().get() == before
    assert (user.username, user.email) == ("operator", "operator@birzha.local")
    assert user.is_staff
    assert user.is_superuser
    assert user.check_password(PASSWORD)
    assert [event.user_id for event in published(AccountRegistered)] == [user.id]
    assert PASSWORD not in capsys.readouterr().out


def test_a_customer_is_not_promoted(alice, monkeypatch):
    monkeypatch.setenv("BIRZHA_OPERATOR_USERNAME", "alice")
    with pytest.raises(CommandError, match="is a customer"):
        call_command("make_operator")
    alice.refresh_from_db()
    assert not alice.is_staff


def test_who_made_an_operator_is_on_record():
    call_command("make_operator")
    call_command("make_operator")
    row = AuditEntry.objects.get()
    assert (row.action, row.object_name, row.before, row.after) == ("operator.make", "operator", {}, {})
    assert row.actor_name.startswith("shell:")


def test_a_disabled_operator_is_said(capsys):
    call_command("make_operator")
    user_disable(user_id=User.objects.get().pk, **BY)
    with pytest.raises(CommandError, match="is disabled"):
        call_command("make_operator")


@pytest.mark.parametrize(("password", "reason"), [("", "is not set"), ("password", "too common")])
def test_bad_password(monkeypatch, password, reason):
    monkeypatch.setenv("BIRZHA_OPERATOR_PASSWORD", password)
    with pytest.raises(CommandError, match=reason):
        call_command("make_operator")
    assert not User.objects.exists()
