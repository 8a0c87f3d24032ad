"""Turning the second factor on and off, and its recovery codes."""

from __future__ import annotations

import base64

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from servicekit.audit.models import AuditEntry
from servicekit.contracts.user import SecurityNoticed, SessionRevoked
from servicekit.testing.admin import confirm, operation_address
from servicekit.testing.threads import at_once
from user_service.accounts.models import User
from user_service.accounts.services import user_register
from user_service.second_factor.models import RecoveryCode, SecondFactor
from user_service.sessions.models import Session
from user_service.tests.conftest import PASSWORD, sign_in
from user_service.tests.second_factor.conftest import FACTOR

pytestmark = pytest.mark.django_db


def errors_of(answer):
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_off_there_is_a_secret_for_an_app_which_nothing_keeps(api, alice):
    first, second = (api(alice.id).get(FACTOR) for _ in range(2))
    state = first.json()
    assert (state["turned_on_at"], state["recovery_codes_left"], state["obligatory"]) == (None, 0, False)
    assert len(base64.b32decode(state["new_secret"])) == 20
    assert state["uri"] == f"otpauth://totp/Birzha%3AAlice?secret={state['new_secret']}&issuer=Birzha"
    assert second.json()["new_secret"] != state["new_secret"]
    assert first["Cache-Control"] == "no-store"
    assert not SecondFactor.objects.exists()


def test_turned_on_everybody_else_is_out_and_it_is_told(api, alice, app, published):
    here, _elsewhere = sign_in("alice"), sign_in("alice")
    answer = api(token=here.access).post(
        FACTOR, {"secret": app.secret, "code": app.code(), "password": PASSWORD}
    )
    assert answer.status_code == 201
    codes = answer.json()["recovery_codes"]
    assert len(set(codes)) == 10
    state = api(token=here.access).get(FACTOR).json()
    assert state["turned_on_at"]
    assert (state["new_secret"], state["uri"], state["recovery_codes_left"]) == (None, None, 10)
    assert [session.revoked_reason for session in Session.objects.order_by("id")] == ["", "second_factor"]
    assert len(published(SessionRevoked)) == 1
    assert [event.notice for event in published(SecurityNoticed)] == ["second_factor_on"]


def test_neither_the_secret_nor_a_code_stands_in_the_database(recovery_codes, app, alice):
    raw = base64.b32decode(app.secret)
    stored = bytes(SecondFactor.objects.get().secret)
    assert raw not in stored
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM second_factor_secondfactor f")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(c::text, ' ') FROM second_factor_recoverycode c")
        codes = cursor.fetchone()[0]
    assert raw.hex() not in row
    assert app.secret not in row
    assert not [code for code in recovery_codes if code in codes or code.replace("-", "") in codes]


def test_a_secret_moved_to_another_user_opens_nothing(api, recovery_codes, app):
    stranger = user_register(username="Mallory", email="mallory@example.org", password=PASSWORD)
    SecondFactor.objects.update(user=stranger)
    answer = api().post(
        "/api/v1/auth/token", {"username": "mallory", "password": PASSWORD, "code": app.wait()}
    )
    assert answer.json()["code"] == "code_wrong"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"code": "000000"}, [("code", "code_wrong")]),
        ({"code": "abc"}, [("code", "code_wrong")]),
        ({"code": "١٢٣٤٥٦"}, [("code", "code_wrong")]),
        ({"secret": "JBSWY3DPEHPK3PXP"}, [("secret", "secret_invalid")]),
        ({"secret": "1" * 32}, [("secret", "secret_invalid")]),
        ({"secret": "é" * 32}, [("secret", "secret_invalid")]),
        ({"password": "not hers at all 9"}, [("password", "password_wrong")]),
    ],
)
def test_what_does_not_turn_it_on(api, alice, app, change, wrong):
    body = {"secret": app.secret, "code": app.code(), "password": PASSWORD, **change}
    if body["code"] == "000000" == app.code():  # one time in a million
        app.now += 30
    answer = api(alice.id).post(FACTOR, body)
    assert answer.status_code == 400
    assert errors_of(answer) == wrong
    assert not SecondFactor.objects.exists()


def test_on_it_is_not_turned_on_again(api, alice, app, recovery_codes):
    body = {"secret": app.secret, "code": app.wait(), "password": PASSWORD}
    answer = api(alice.id).post(FACTOR, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "second_factor_on")
    assert RecoveryCode.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_turns_it_on(api, alice, app):
    body = {"secret": app.secret, "code": app.code(), "password": PASSWORD}
    answers = at_once([lambda: api(alice.id).post(FACTOR, body)] * 4)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert RecoveryCode.objects.count() == 10


def test_turned_off_the_password_alone_signs_in(api, alice, app, recovery_codes, published):
    here, _elsewhere = (sign_in_with(api, app.wait()) for _ in range(2))
    off = f"{FACTOR}/off"
    client = api(token=here["access"])
    assert errors_of(client.post(off, {"code": app.code(), "password": PASSWORD})) == [("code", "code_wrong")]
    answer = client.post(off, {"code": app.wait(), "password": "not hers at all 9"})
    assert errors_of(answer) == [("password", "password_wrong")]
    assert client.post(off, {"code": app.code(), "password": PASSWORD}).status_code == 204
    assert not RecoveryCode.objects.exists()
    assert Session.objects.filter(revoked_at=None).count() == 1
    assert published(SecurityNoticed)[-1].notice == "second_factor_off"
    assert sign_in("alice").access
    assert client.post(off, {"code": app.wait(), "password": PASSWORD}).json()["code"] == "second_factor_off"


def sign_in_with(api, code):
    answer = api().post("/api/v1/auth/token", {"username": "alice", "password": PASSWORD, "code": code})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_new_recovery_codes_take_the_place_of_the_old_ones(api, alice, app, recovery_codes, published):
    body = {"code": recovery_codes[0], "password": PASSWORD}
    answer = api(alice.id).post(f"{FACTOR}/recovery-codes", body)
    assert answer.status_code == 201
    new = answer.json()["recovery_codes"]
    assert len(set(new) | set(recovery_codes)) == 20
    assert api(alice.id).get(FACTOR).json()["recovery_codes_left"] == 10
    old = {"username": "alice", "password": PASSWORD, "code": recovery_codes[1]}
    assert api().post("/api/v1/auth/token", old).json()["code"] == "code_wrong"
    assert published(SecurityNoticed)[-1].notice == "recovery_codes_made"
    sign_in_with(api, f" {new[3].upper().replace('-', ' ')} ")


def test_an_operator_resets_it_for_a_reason_and_who_had_it_is_out_and_told(
    client, api, alice, app, recovery_codes, monkeypatch, published
):
    sign_in_with(api, app.wait())
    monkeypatch.setenv("BIRZHA_OPERATOR_PASSWORD", PASSWORD)
    call_command("make_operator", verbosity=0)
    client.post("/admin/users/login/", {"username": "operator", "password": PASSWORD})
    assert "second factor" in client.get(operation_address("reset_second_factor", alice)).content.decode()
    assert confirm(client, "reset_second_factor", alice, reason="lost her phone").status_code == 302
    assert not SecondFactor.objects.exists()
    assert not Session.objects.filter(user=alice, revoked_at=None).exists()
    row = AuditEntry.objects.latest("id")
    assert (row.action, row.reason, row.actor_name) == ("second_factor.reset", "lost her phone", "operator")
    assert (row.before, row.after) == (
        {"second_factor": True},
        {"second_factor": False, "sessions_ended": 1},
    )
    assert published(SecurityNoticed)[-1].notice == "second_factor_reset"
    assert sign_in("alice").access


def test_the_command_is_the_way_back_of_who_runs_the_machine(recovery_codes, capsys):
    with pytest.raises(CommandError, match="nobody is called"):
        call_command("reset_second_factor", "bob", "--reason", "lost")
    with pytest.raises(CommandError, match="say why"):
        call_command("reset_second_factor", "alice", "--reason", " ")
    call_command("reset_second_factor", "alice", "--reason", "lost the phone", "--by", "anna")
    assert "the password alone signs in" in capsys.readouterr().out
    row = AuditEntry.objects.latest("id")
    assert (row.action, row.reason, row.actor_name) == ("second_factor.reset", "lost the phone", "shell:anna")
    with pytest.raises(CommandError, match="no second factor"):
        call_command("reset_second_factor", "alice", "--reason", "again")
    assert not User.objects.get(username="Alice").is_staff
