"""Tokens: only what user_service signed, only while it is valid."""

from __future__ import annotations

import base64
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from servicekit.auth import tokens
from servicekit.auth.authentication import InvalidToken, SessionIsRevoked, principal_of
from servicekit.auth.keys import MAX_AGE, KeySet, KeysUnavailable
from servicekit.auth.sessions import session_revoke
from servicekit.auth.tasks import revocations_purge
from servicekit.auth.tokens import HEADERS, LEEWAY
from servicekit.contracts import user
from servicekit.ids import new_id
from servicekit.testing.keys import KID, access_token, jwks_url, private_key

pytestmark = pytest.mark.django_db


def claims(**changes: Any) -> dict[str, Any]:
    return {**jwt.decode(access_token(new_id()), options={"verify_signature": False}), **changes}


def signed(payload: dict[str, Any], key: Any = None, kid: str = KID, algorithm: str = "RS256") -> str:
    return jwt.encode(payload, key or private_key(), algorithm=algorithm, headers={"kid": kid})


def test_a_good_token_names_its_user(user_id: UUID) -> None:
    principal = principal_of(access_token(user_id, scope="customer operator"))
    assert principal.id == user_id
    assert principal.is_operator
    assert not principal_of(access_token(user_id)).is_operator


def _unsigned() -> str:
    parts = [{"alg": "none", "kid": KID, "typ": "JWT"}, claims()]
    return ".".join(_base64(json.dumps(part).encode()).decode() for part in parts) + "."


def _confused() -> str:
    """HS256 with the public key as the secret."""
    public = (
        private_key()
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    header = {"alg": "HS256", "kid": KID, "typ": "JWT"}
    body = b".".join(_base64(json.dumps(part).encode()) for part in (header, claims()))
    return (body + b"." + _base64(hmac.digest(public, body, "sha256"))).decode()


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _foreign() -> str:
    return signed(claims(), rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "a.b.c",
        pytest.param(lambda: access_token(new_id()).partition(".")[0], id="header alone"),
        pytest.param(lambda: access_token(new_id()).partition(".")[0] + "..", id="only a header"),
        pytest.param(lambda: access_token(new_id()).rpartition(".")[0] + ".", id="no signature"),
        pytest.param(lambda: access_token(new_id()) + ".x", id="four parts"),
        pytest.param(_unsigned, id="none"),
        pytest.param(_confused, id="hs256"),
        pytest.param(_foreign, id="foreign key"),
        pytest.param(lambda: access_token(new_id(), lifetime=-60), id="expired"),
        pytest.param(lambda: signed(claims(iss="somebody")), id="issuer"),
        pytest.param(lambda: signed(claims(aud="elsewhere")), id="audience"),
        pytest.param(lambda: signed(claims(sub="no uuid")), id="subject"),
        pytest.param(lambda: signed(claims(token_type="refresh")), id="refresh"),
        pytest.param(lambda: signed({k: v for k, v in claims().items() if k != "sid"}), id="no session"),
        pytest.param(lambda: signed(claims(), kid="unknown"), id="unknown key id"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(token: Any) -> None:
    with pytest.raises(InvalidToken):
        principal_of(token() if callable(token) else token)


def test_a_header_that_is_remembered_vouches_for_nothing(user_id: UUID) -> None:
    good = access_token(user_id)
    header, payload, signature = good.split(".")
    assert principal_of(good).id == user_id
    others = signed(claims(sub=str(new_id()))).split(".")
    assert others[0] == header
    for token in (
        f"{header}.{others[1]}.{signature}",
        f"{header}.{payload}.{others[2]}",
        f"{_unsigned().partition('.')[0]}.{payload}.{signature}",
        _foreign(),
        _confused(),
        _unsigned(),
    ):
        with pytest.raises(InvalidToken):
            principal_of(token)
    assert principal_of(good).id == user_id


def test_of_headers_only_so_many_are_remembered(user_id: UUID) -> None:
    for number in range(2 * HEADERS):
        with pytest.raises(InvalidToken):
            principal_of(signed(claims(), kid=f"unknown {number}"))
    assert tokens._key_id.cache_info().currsize <= HEADERS
    assert principal_of(access_token(user_id)).id == user_id


def test_a_revoked_session_is_refused(user_id: UUID) -> None:
    session = new_id()
    token = access_token(user_id, session_id=session)
    assert principal_of(token)
    session_revoke(session_id=session, tokens_expire_at=timezone.now() + timedelta(minutes=5))
    with pytest.raises(SessionIsRevoked):
        principal_of(token)


def test_a_clock_that_was_ahead_brings_no_session_back(
    user_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_id()
    session_revoke(session_id=session, tokens_expire_at=timezone.now() + timedelta(minutes=5))
    with monkeypatch.context() as ahead:
        ahead.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(hours=2))
        assert revocations_purge() == 0
    with pytest.raises(SessionIsRevoked):
        principal_of(access_token(user_id, session_id=session))
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(days=2))
    assert revocations_purge() == 1


def test_the_event_revokes_it_here(user_id: UUID, deliver: Any) -> None:
    session = new_id()
    event = user.SessionRevoked(
        session_id=session, user_id=user_id, tokens_expire_at=timezone.now() + timedelta(minutes=5)
    )
    assert deliver(event)
    with pytest.raises(SessionIsRevoked):
        principal_of(access_token(user_id, session_id=session))


def test_the_last_good_keys_outlive_a_broken_address(tmp_path: Any, monkeypatch: Any) -> None:
    from servicekit.auth import keys
    from servicekit.testing.keys import jwks_url

    path = tmp_path / "jwks.json"
    path.write_text(Path(jwks_url()[5:]).read_text())
    key_set = KeySet(f"file:{path}")
    assert key_set.find(KID)
    monkeypatch.setattr(keys, "MAX_AGE", 0)
    monkeypatch.setattr(keys, "RETRY", 0)
    path.write_text("garbage")
    time.sleep(0.01)
    assert key_set.find(KID)
    path.unlink()
    assert key_set.find(KID)


def test_without_any_key_nobody_is_let_in(tmp_path: Any) -> None:
    with pytest.raises(KeysUnavailable):
        KeySet(f"file:{tmp_path}/nothing").find(KID)


def test_a_token_that_was_verified_before_still_expires(user_id: UUID) -> None:
    token = access_token(user_id, lifetime=1 - LEEWAY)
    assert principal_of(token).id == user_id
    time.sleep(1.1)
    with pytest.raises(InvalidToken):
        principal_of(token)


def test_a_token_that_was_verified_before_goes_with_its_key(
    user_id: UUID, tmp_path: Any, monkeypatch: Any
) -> None:
    """The key is withdrawn, and another one published under the same id."""
    known = Path(jwks_url().removeprefix("file:")).read_text()
    path = tmp_path / "jwks.json"
    path.write_text(known)
    keys = KeySet(f"file:{path}")
    monkeypatch.setattr(tokens, "key_set", lambda: keys)
    token = access_token(user_id)
    assert principal_of(token).id == user_id

    other = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key()))
    path.write_text(json.dumps({"keys": [{**other, "kid": KID}]}))
    monkeypatch.setattr(keys, "_fetched", keys.fetched_at - MAX_AGE)
    monkeypatch.setattr(keys, "_tried", 0.0)
    with pytest.raises(InvalidToken):
        principal_of(token)
