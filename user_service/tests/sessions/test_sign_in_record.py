"""Who came in and who was refused: found by account, address, device, outcome and time; counted; logged."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client as Browser
from django.utils import timezone

from servicekit.audit.actors import Actor
from servicekit.contracts.user import SecurityNoticed
from servicekit.telemetry import JsonFormatter
from user_service.accounts.models import User
from user_service.accounts.services import user_disable, user_register
from user_service.sessions.clients import Client
from user_service.sessions.models import Outcome, SignIn, SignInMethod
from user_service.sessions.services import sign_in_record, sign_ins_purge
from user_service.tests.conftest import PASSWORD, SAFARI, STRANGER, counted, sign_in

URL = "/api/v1/users/me/sign-ins"
TOKEN = "/api/v1/auth/token"
REFRESH = "/api/v1/auth/token/refresh"
LIST = "/admin/users/user_sessions/signin/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"

pytestmark = pytest.mark.django_db(transaction=True)


def tries(
    api: Any, name: str, password: str, *, ip: str = STRANGER, agent: str = FIREFOX, to: str = TOKEN
) -> Any:
    caller = api(x_forwarded_for=ip, user_agent=agent)
    return caller.post(to, {"username": name, "password": password})


def rows() -> list[tuple[Any, ...]]:
    return list(SignIn.objects.order_by("at").values_list("outcome", "method", "user__username", "count"))


@pytest.fixture
def operator(db: None, client: Browser) -> Browser:
    user_register(username="operator", email="op@example.org", password=PASSWORD, is_operator=True)
    answer = client.post("/admin/users/login/", {"username": "operator", "password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_every_outcome_has_its_row(api: Any, alice: Any, client: Browser) -> None:
    assert tries(api, "alice", PASSWORD).status_code == 200
    for _ in range(3):
        assert tries(api, "Alice@example.org", "guess").status_code == 401
    assert tries(api, "nobody", "guess").status_code == 401
    client.post("/admin/users/login/", {"username": "alice", "password": PASSWORD})
    user_disable(user_id=alice.pk, by=Actor.shell("tests"), reason="a test")
    assert tries(api, "alice", PASSWORD).status_code == 401
    assert rows() == [
        ("signed_in", "token", "Alice", 1),
        ("wrong_password", "token", "Alice", 3),
        ("unknown_name", "token", None, 1),
        ("no_operator", "admin", "Alice", 1),
        ("disabled", "token", "Alice", 1),
    ]
    guess = SignIn.objects.get(outcome="wrong_password")
    assert (guess.device, guess.ip) == ("Firefox on Windows", STRANGER)


def test_the_throttle_the_password_form_and_a_second_sign_up_are_recorded_too(api: Any, alice: Any) -> None:
    mine = sign_in("alice")
    for _ in range(12):
        tries(api, "alice", "guess")
    assert ("too_many_attempts", "token", "Alice", 2) in rows()
    wrong = {"old_password": "guess", "new_password": "seven-yellow-pears"}
    api(token=mine.access, x_forwarded_for="192.0.2.7").post("/api/v1/users/me/password", wrong)
    assert ("wrong_password", "password", "Alice", 1) in rows()
    again = {
        "username": "alice",
        "email": "alice@example.org",
        "password": "another-guess-9",
        "sign_in": True,
    }
    api(x_forwarded_for="198.51.100.3").post("/api/v1/users", again)
    assert [row for row in rows() if row[1] == "sign_up"] == [("too_many_attempts", "sign_up", "Alice", 1)]


def test_an_hour_of_guesses_from_one_place_is_one_row(api: Any, alice: Any) -> None:
    for number in range(40):
        tries(api, f"nobody-{number}", "guess")
    assert rows() == [("unknown_name", "token", None, 40)]
    SignIn.objects.update(key="an hour ago")
    tries(api, "nobody", "guess")
    assert len(rows()) == 2


def test_what_was_typed_is_kept_nowhere(api: Any, alice: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        tries(api, "my-password-7Qx9", "guess-7Qx9")
        tries(api, "alice", "guess-7Qx9")
    assert "7Qx9" not in str(list(SignIn.objects.values()))
    lines = [json.loads(JsonFormatter("user").format(line)) for line in caplog.records]
    assert "7Qx9" not in json.dumps(lines)
    (unknown, known) = [line for line in lines if line.get("event") == "sign_in.failed"]
    assert (unknown["outcome"], "user" in unknown) == ("unknown_name", False)
    assert (known["outcome"], known["user"], known["address"]) == ("wrong_password", str(alice.pk), STRANGER)


def test_a_new_device_and_a_new_address_are_marked_and_counted(
    api: Any, alice: Any, caplog: pytest.LogCaptureFixture
) -> None:
    device, address = (counted("birzha_new_places_total", new=what) for what in ("device", "address"))
    with caplog.at_level(logging.INFO, "user_service.sign_ins"):
        for ip, agent in (
            (STRANGER, FIREFOX),
            (STRANGER, FIREFOX),
            (STRANGER, SAFARI),
            ("192.0.2.1", SAFARI),
        ):
            assert tries(api, "alice", PASSWORD, ip=ip, agent=agent).status_code == 200
    marked = SignIn.objects.order_by("at").values_list("count", "new_device", "new_address")
    assert list(marked) == [(2, False, False), (1, True, False), (1, False, True)]
    assert counted("birzha_new_places_total", new="device") == device + 1
    assert counted("birzha_new_places_total", new="address") == address + 1
    assert [record.event for record in caplog.records] == ["sign_in.succeeded"] * 4  # type: ignore[attr-defined]


def test_a_sign_in_from_a_new_device_is_told_once_with_where_and_when(
    api: Any, alice: Any, published: Any
) -> None:
    User.objects.update(time_zone="Europe/Moscow")
    sign_ins = ((STRANGER, FIREFOX), (STRANGER, SAFARI), (STRANGER, SAFARI), ("192.0.2.1", FIREFOX))
    for ip, agent in sign_ins:
        assert tries(api, "alice", PASSWORD, ip=ip, agent=agent).status_code == 200
    SignIn.objects.update(key=F("id"))  # an hour later
    assert tries(api, "alice", PASSWORD, agent=SAFARI).status_code == 200
    (told,) = published(SecurityNoticed)
    assert (told.notice, told.user_id, told.device) == ("new_device", alice.pk, "Safari on iPhone")
    assert (told.address, told.time_zone) == (STRANGER, "Europe/Moscow")


def test_a_failed_try_makes_no_device_known(api: Any, alice: Any) -> None:
    tries(api, "alice", PASSWORD)
    tries(api, "alice", "guess", agent=SAFARI)
    tries(api, "alice", PASSWORD, agent=SAFARI)
    assert SignIn.objects.get(device="Safari on iPhone", outcome="signed_in").new_device


@pytest.mark.parametrize("outcome", ["signed_in", "wrong_password", "unknown_name", "too_many_attempts"])
def test_it_is_counted(api: Any, alice: Any, outcome: str) -> None:
    before = counted("birzha_sign_ins_total", method="token", outcome=outcome)
    name, password = ("nobody", "x") if outcome == "unknown_name" else ("alice", "guess")
    tries_of = {"signed_in": 1, "too_many_attempts": 11}.get(outcome, 1)
    for _ in range(tries_of):
        tries(api, name, PASSWORD if outcome == "signed_in" else password)
    assert counted("birzha_sign_ins_total", method="token", outcome=outcome) == before + 1
    assert "birzha_sign_ins_total" in api().get("/metrics").content.decode()


def test_one_sees_ones_own_and_twenty_of_them(api: Any, alice: Any, operator: Browser) -> None:
    for number in range(25):
        client = Client(FIREFOX, f"198.51.100.{number}")
        sign_in_record(
            outcome=Outcome.WRONG_PASSWORD, method=SignInMethod.TOKEN, client=client, user_id=alice.pk
        )
    mine = sign_in("alice")
    found = api(token=mine.access).get(URL).json()["results"]
    assert len(found) == 20
    assert (found[0]["outcome"], found[0]["method"], found[0]["address"]) == (
        "signed_in",
        "token",
        "192.0.2.7",
    )
    assert (found[1]["outcome"], found[1]["address"]) == ("wrong_password", "198.51.100.24")
    assert (found[1]["browser"], found[1]["count"], found[1]["new_device"]) == (
        "Firefox on Windows",
        1,
        False,
    )
    assert (
        api(token=mine.access, accept_language="ru").get(URL).json()["results"][1]["browser"]
        == "Firefox, Windows"
    )
    assert {row["outcome"] for row in found} == {"signed_in", "wrong_password"}


class TestAdmin:
    def found(self, operator: Browser, **query: str) -> list[str]:
        page = operator.get(LIST, query)
        assert page.status_code == 200, page["Location"]
        return sorted(row.outcome for row in page.context["cl"].result_list)

    @pytest.fixture(autouse=True)
    def tried(self, api: Any, alice: Any) -> None:
        tries(api, "alice", PASSWORD, agent=SAFARI)
        tries(api, "alice", "guess")
        tries(api, "nobody", "guess", ip="198.51.100.77")

    @pytest.mark.parametrize(
        ("query", "outcomes"),
        [
            ({"q": "alice"}, ["signed_in", "wrong_password"]),
            ({"q": "ALICE@example.org"}, ["signed_in", "wrong_password"]),
            ({"q": "198.51.100.77"}, ["unknown_name"]),
            ({"q": "Safari on iPhone"}, ["signed_in"]),
            ({"outcome": "wrong_password"}, ["wrong_password"]),
            ({"method": "admin"}, ["signed_in"]),
            ({"new_device__exact": "1"}, []),
            ({"q": "alice", "outcome": "unknown_name"}, []),
        ],
    )
    def test_it_is_found(self, operator: Browser, query: dict[str, str], outcomes: list[str]) -> None:
        assert self.found(operator, **query) == outcomes

    def test_by_time(self, operator: Browser) -> None:
        SignIn.objects.filter(outcome="unknown_name").update(last_at=timezone.now() - timedelta(days=400))
        now, then = timezone.now(), timezone.now() - timedelta(days=400)
        assert "unknown_name" not in self.found(operator, last_at__year=str(now.year))
        assert self.found(operator, last_at__year=str(then.year)) == ["unknown_name"]

    def test_by_the_users_id(self, operator: Browser, alice: Any) -> None:
        assert self.found(operator, q=str(alice.pk)) == ["signed_in", "wrong_password"]

    def test_nobody_changes_it(self, operator: Browser) -> None:
        row = SignIn.objects.first()
        assert row is not None
        assert operator.get(f"{LIST}{row.pk}/change/").status_code == 200
        for address in (f"{LIST}add/", f"{LIST}{row.pk}/delete/", f"{LIST}{row.pk}/change/"):
            assert operator.post(address, {"post": "yes"}).status_code == 403


def record(outcome: Outcome, number: int, *, age: timedelta = timedelta()) -> None:
    client = Client("curl/8", f"198.51.{number // 250}.{number % 250}")
    sign_in_record(outcome=outcome, method=SignInMethod.TOKEN, client=client, user_id=None)
    SignIn.objects.filter(ip=client.ip, outcome=outcome).update(last_at=timezone.now() - age)


def test_old_ones_are_forgotten_and_no_flood_pushes_out_who_came_in(settings: Any) -> None:
    settings.SIGN_INS_KEPT = 10
    record(Outcome.SIGNED_IN, 1, age=timedelta(days=60))
    record(Outcome.SIGNED_IN, 2, age=timedelta(days=91))
    for number in range(30):
        record(Outcome.UNKNOWN_NAME, number, age=timedelta(minutes=30 - number))
    assert sign_ins_purge() == 1 + 20
    assert SignIn.objects.filter(outcome="signed_in").count() == 1
    left = SignIn.objects.filter(outcome="unknown_name").values_list("ip", flat=True)
    assert sorted(left, key=lambda ip: int(ip.rpartition(".")[2])) == [
        f"198.51.0.{number}" for number in range(20, 30)
    ]
    assert sign_ins_purge() == 0


def test_removing_a_user_leaves_what_they_tried(alice: Any, api: Any) -> None:
    tries(api, "alice", "guess")
    alice.delete()
    assert SignIn.objects.get().user_id is not None
