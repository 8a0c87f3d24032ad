"""Idempotency, strict input and problem documents, through DRF."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.response import Response

from servicekit.api.idempotency import idempotent
from servicekit.api.models import IdempotentAnswer
from servicekit.api.serializers import MoneyField, QuantityField, StrictSerializer, TextField, shown
from servicekit.api.views import Api
from servicekit.auth.models import RevokedSession
from servicekit.errors import DomainError
from servicekit.ids import new_id
from servicekit.testing.project import urls as project_urls
from servicekit.testing.sent import Sent

slow = threading.Event()


class Refused(DomainError):
    code = "refused_for_test"
    status = 409
    message = gettext_lazy("The limit is %(limit)s.")


class Body(StrictSerializer):
    amount = MoneyField()
    quantity = QuantityField(required=False)
    note = TextField(required=False, max_length=5)
    id = serializers.UUIDField(read_only=True)


class EchoApi(Api):
    def post(self, request: Any) -> Response:
        def act(key: str) -> Response:
            body = Body(data=request.data)
            body.is_valid(raise_exception=True)
            RevokedSession.objects.create(session_id=new_id(), tokens_expire_at="2030-01-01T00:00:00Z")
            if slow.is_set():
                time.sleep(0.3)
            return Response(
                {"amount": body.data["amount"], "id": str(new_id())}, 201, headers={"Location": "/x"}
            )

        return idempotent(request, act)


class FailApi(Api):
    public = True

    def get(self, request: Any, how: str) -> Response:
        if how == "domain":
            raise Refused(limit=7)
        if how == "missing":
            raise Http404
        raise RuntimeError("a secret detail")


@pytest.fixture(autouse=True)
def _routes() -> Iterator[None]:
    from django.urls import clear_url_caches

    added = [path("test/echo", EchoApi.as_view()), path("test/fail/<how>", FailApi.as_view())]
    project_urls.urlpatterns[:0] = added
    clear_url_caches()
    yield
    del project_urls.urlpatterns[: len(added)]
    clear_url_caches()


@pytest.mark.django_db
class TestProblems:
    def test_nobody_gets_401(self, api: Any) -> None:
        answer = api().post("/test/echo", {})
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "authentication_required"
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["X-Request-Id"] == answer.json()["trace_id"]

    def test_a_bad_token_gets_401(self, api: Any) -> None:
        assert api(token="x.y.z").post("/test/echo", {}).json()["code"] == "token_invalid"

    def test_a_domain_error_is_answered_in_the_callers_language(self, api: Any) -> None:
        answer = api().get("/test/fail/domain")
        assert (answer.status_code, answer.json()["code"]) == (409, "refused_for_test")
        assert answer.json()["detail"] == "The limit is 7."
        russian = api(Accept_Language="ru").get("/test/fail/missing")
        assert russian.status_code == 404
        assert russian["Content-Language"] == "ru"
        assert "нет" in russian.json()["detail"].lower()

    def test_an_unforeseen_error_reveals_nothing(self, api: Any) -> None:
        client = api()
        client.raise_request_exception = False
        answer = client.get("/test/fail/crash")
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal_error"
        assert "secret" not in answer.content.decode()

    def test_an_unknown_address_is_a_problem_as_well(self, api: Any) -> None:
        answer = api().get("/nowhere")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
    def test_another_method_is_405(self, api: Any, user_id: UUID, method: str) -> None:
        answer = getattr(api(user_id), method)("/test/echo")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.django_db
class TestInput:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("{", "malformed_json"), ("", "validation_failed"), ('{"amount": NaN}', "malformed_json"),
            ('{"amount": "1", "amount": "2"}', "malformed_json"), (b"\xff", "malformed_json"),
            (r'{"amount": "\ud800"}', "malformed_json"), (r'{"\udc00": "1"}', "malformed_json"),
            (b'{"amount": "\xed\xa0\x80"}', "malformed_json"),
            (r'{"amount": "\\ud800"}', "amount_invalid"), (r'{"amount": "\ud83d\ude00"}', "amount_invalid"),
            ("[" * 100_000, "malformed_json"), ("[]", "validation_failed"), ("{}", "validation_failed"),
            ('{"amount": 5}', "amount_invalid"), ('{"amount": "NaN"}', "amount_invalid"),
            ('{"amount": "1e5"}', "amount_invalid"), ('{"amount": 1e400}', "amount_invalid"),
            ('{"amount": "0"}', "amount_invalid"), ('{"amount": "-1"}', "amount_invalid"),
            ('{"amount": "0.001"}', "amount_invalid"), ('{"amount": "' + "9" * 400 + '"}', "amount_invalid"),
            ('{"amount": "1", "quantity": 1.0}', "quantity_invalid"),
            ('{"amount": "1", "quantity": true}', "quantity_invalid"),
            ('{"amount": "1", "quantity": "1"}', "quantity_invalid"),
            ('{"amount": "1", "quantity": 0}', "quantity_invalid"),
            ('{"amount": "1", "quantity": 1000000001}', "quantity_invalid"),
            ('{"amount": "1", "note": 1}', "validation_failed"),
            ('{"amount": "1", "note": "\\u0000"}', "validation_failed"),
            ('{"amount": "1", "id": "x"}', "validation_failed"),
            ('{"amount": "1", "balance": "5"}', "validation_failed"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, api: Any, user_id: UUID, body: Any, code: str) -> None:
        answer = api(user_id, Idempotency_Key="k").post("/test/echo", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert not IdempotentAnswer.objects.exists()

    def test_every_bad_field_has_its_entry(self, api: Any, user_id: UUID) -> None:
        answer = api(user_id, Idempotency_Key="k").post("/test/echo", {"amount": 1, "id": 1, "x": 1})
        entries = {entry["field"]: entry["code"] for entry in answer.json()["errors"]}
        assert entries == {"amount": "amount_invalid", "id": "read_only_field", "x": "unknown_field"}

    def test_a_value_that_nests_as_deep_as_json_allows_can_be_rendered(self) -> None:
        value: Any = 1
        for _ in range(sys.getrecursionlimit()):
            value = [value]
        assert shown(value) == "[[[[[[[...]]]]]]]"
        assert [shown(each) for each in (1.5, None, [1], {"a": "b"}, "x" * 50)] == [
            "1.5", "None", "[1]", "{'a': 'b'}", "x" * 37 + "…",
        ]  # fmt: skip

    def test_a_form_is_no_json(self, api: Any, user_id: UUID) -> None:
        answer = api(user_id, Idempotency_Key="k").post("/test/echo", "a=1", content_type="text/plain")
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


class TestIdempotency:
    @pytest.mark.django_db
    def test_the_same_key_and_body_give_the_first_answer(self, api: Any, user_id: UUID) -> None:
        client = api(user_id, Idempotency_Key="k-1")
        first = client.post("/test/echo", {"amount": "1.00"})
        second = client.post("/test/echo", {"amount": "1.00"})
        assert first.status_code == second.status_code == 201
        assert first.json() == second.json()
        assert second["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        assert second["Location"] == "/x"
        assert RevokedSession.objects.count() == 1

    @pytest.mark.django_db
    def test_the_same_key_and_another_body_is_refused(self, api: Any, user_id: UUID) -> None:
        client = api(user_id, Idempotency_Key="k-1")
        client.post("/test/echo", {"amount": "1.00"})
        answer = client.post("/test/echo", {"amount": "2.00"})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    @pytest.mark.django_db
    def test_another_users_key_is_another_key(self, api: Any, user_id: UUID) -> None:
        api(user_id, Idempotency_Key="k-1").post("/test/echo", {"amount": "1.00"})
        assert api(new_id(), Idempotency_Key="k-1").post("/test/echo", {"amount": "2.00"}).status_code == 201

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("key", "code"), [("", "idempotency_key_missing"), ("a b", "idempotency_key_invalid"),
                          ("x" * 129, "idempotency_key_invalid")],
    )  # fmt: skip
    def test_a_key_is_wanted(self, api: Any, user_id: UUID, key: str, code: str) -> None:
        answer = api(user_id, Idempotency_Key=key).post("/test/echo", {"amount": "1.00"})
        assert (answer.status_code, answer.json()["code"]) == (400, code)

    @pytest.mark.django_db(transaction=True)
    def test_of_many_at_once_one_acts_and_the_rest_get_its_answer(self, api: Any, user_id: UUID) -> None:
        answers: list[tuple[int, str]] = []
        slow.set()

        def submit() -> None:
            answer = api(user_id, Idempotency_Key="k-race").post("/test/echo", {"amount": "1.00"})
            answers.append((answer.status_code, answer.json().get("id", "")))
            connection.close()

        threads = [threading.Thread(target=submit) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        slow.clear()
        assert len(answers) == 12
        assert RevokedSession.objects.count() == 1
        assert len(set(answers)) == 1
        assert answers[0][0] == 201

    @pytest.mark.django_db(transaction=True)
    def test_who_waits_in_vain_for_the_first_gets_its_error(
        self, api: Any, user_id: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("servicekit.api.idempotency.LOCK_TIMEOUT_MS", 100)
        with transaction.atomic():
            IdempotentAnswer.objects.create(user_id=user_id, key="k-held", request_hash="a")
            answer = _submitted_meanwhile(api(user_id, Idempotency_Key="k-held"))
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
        assert RevokedSession.objects.count() == 0

    @pytest.mark.django_db(transaction=True)
    def test_who_waits_in_vain_for_something_else_gets_no_error_of_the_key(
        self, api: Any, user_id: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("servicekit.api.idempotency.LOCK_TIMEOUT_MS", 100)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {RevokedSession._meta.db_table} IN SHARE MODE")
            answer = _submitted_meanwhile(api(user_id, Idempotency_Key="k-free"))
        assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
        assert not IdempotentAnswer.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_the_key_is_taken_before_anything_else_is_read(self, api: Any, user_id: UUID) -> None:
        with Sent() as sent:
            api(user_id, Idempotency_Key="k-1").post("/test/echo", {"amount": "1.00"})
        inserted = [words[2] for s in sent.statements if (words := s.split())[0] == "INSERT"]
        assert inserted == ["idempotent_answers", '"revoked_sessions"']


def _submitted_meanwhile(client: Any) -> Any:
    """What a request on another connection is answered, while this one's transaction is open."""
    answers = []

    def submit() -> None:
        answers.append(client.post("/test/echo", {"amount": "1.00"}))
        connection.close()

    thread = threading.Thread(target=submit)
    thread.start()
    thread.join(20)
    (answer,) = answers
    return answer


@pytest.mark.django_db
def test_the_primary_key_decides(user_id: UUID) -> None:
    IdempotentAnswer.objects.create(user_id=user_id, key="k", request_hash="a")
    with pytest.raises(IntegrityError):
        IdempotentAnswer.objects.create(user_id=user_id, key="k", request_hash="b")
