"""Tokens that are refused are counted by why, and the reuse of a refresh token is a row."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from servicekit.auth import refusals
from servicekit.ids import new_id
from servicekit.telemetry import JsonFormatter
from servicekit.testing.keys import KID, access_token, private_key
from user_service.sessions.models import Session, SignIn
from user_service.sessions.tokens import refresh_token
from user_service.tests.conftest import SAFARI, STRANGER, counted, sign_in

URL = "/api/v1/users/me/sign-ins"
REFRESH = "/api/v1/auth/token/refresh"

pytestmark = pytest.mark.django_db(transaction=True)


def refused_tokens(tokens: Any) -> dict[str, str]:
    claims = jwt.decode(tokens.refresh, options={"verify_signature": False})
    kid = jwt.get_unverified_header(tokens.refresh)["kid"]
    ours: Any = {"key": private_key(), "algorithm": "RS256", "headers": {"kid": kid}}
    head, body, _ = tokens.refresh.split(".")
    ids = {"user_id": new_id(), "session_id": new_id(), "jti": new_id()}
    now = timezone.now()
    return {
        "malformed": "no token at all",
        "bad_signature": f"{head}.{body}.{'A' * 342}",
        "unknown_key": jwt.encode(claims, private_key(), algorithm="RS256", headers={"kid": "other"}),
        "expired": jwt.encode({**claims, "exp": 1_700_000_000}, **ours),
        "wrong_claims": tokens.access,
        "session_ended": refresh_token(**ids, issued_at=now, expires_at=now + timedelta(days=1)),
    }


@pytest.mark.parametrize(
    "reason", ["malformed", "bad_signature", "unknown_key", "expired", "wrong_claims", "session_ended"]
)
def test_a_refused_refresh_token_is_counted_by_why(
    api: Any, tokens: Any, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = counted("birzha_tokens_refused_total", kind="refresh", reason=reason)
    token = refused_tokens(tokens)[reason]
    with caplog.at_level(logging.INFO, "servicekit.auth"):
        assert api().post(REFRESH, {"refresh": token}).status_code == 401
    assert counted("birzha_tokens_refused_total", kind="refresh", reason=reason) == before + 1
    (line,) = [json.loads(JsonFormatter("user").format(record)) for record in caplog.records]
    assert (line["event"], line["kind"], line["reason"]) == ("token.refused", "refresh", reason)
    assert token not in json.dumps(line)


def test_the_reuse_of_a_refresh_token_is_a_row_once(api: Any, alice: Any) -> None:
    first = sign_in("alice")
    second = api().post(REFRESH, {"refresh": first.refresh}).json()
    api().post(REFRESH, {"refresh": second["refresh"]})
    reused = counted("birzha_tokens_refused_total", kind="refresh", reason="reused")
    ended = counted("birzha_tokens_refused_total", kind="refresh", reason="session_ended")
    thief = api(x_forwarded_for=STRANGER, user_agent=SAFARI)
    for _ in range(3):
        assert thief.post(REFRESH, {"refresh": first.refresh}).status_code == 401
    assert counted("birzha_tokens_refused_total", kind="refresh", reason="reused") == reused + 1
    assert counted("birzha_tokens_refused_total", kind="refresh", reason="session_ended") == ended + 2
    row = SignIn.objects.get(outcome="refresh_reused")
    assert (row.user_id, row.ip, row.count, row.method) == (alice.pk, STRANGER, 1, "refresh")
    assert Session.objects.get().revoked_reason == "refresh_reused"


@pytest.mark.parametrize(
    ("reason", "token"),
    [
        ("malformed", "nonsense"),
        ("expired", access_token(new_id(), lifetime=-600)),
        ("unknown_key", jwt.encode({"sub": "x"}, private_key(), algorithm="RS256", headers={"kid": "other"})),
        ("bad_signature", f"{access_token(new_id()).rpartition('.')[0]}.{'A' * 342}"),
        ("wrong_claims", jwt.encode({"sub": "x"}, private_key(), algorithm="RS256", headers={"kid": KID})),
    ],
)
def test_a_refused_access_token_is_counted_by_why(api: Any, reason: str, token: str) -> None:
    before = counted("birzha_tokens_refused_total", kind="access", reason=reason)
    assert api(token=token).get(URL).status_code == 401
    assert counted("birzha_tokens_refused_total", kind="access", reason=reason) == before + 1


def test_every_reason_is_one_that_was_foreseen() -> None:
    before = counted("birzha_tokens_refused_total", kind="access", reason="malformed")
    refusals.refused("access", "never heard of")
    assert counted("birzha_tokens_refused_total", kind="access", reason="malformed") == before + 1
