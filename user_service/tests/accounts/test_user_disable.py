"""Keeping somebody out: signed out everywhere, and no way in."""

from __future__ import annotations

import pytest

from servicekit.contracts.user import SessionRevoked
from user_service.accounts.errors import InvalidCredentials, UserNotFound
from user_service.accounts.services import user_disable, user_enable
from user_service.tests.conftest import BY, sign_in

pytestmark = pytest.mark.django_db


def test_disabled_is_signed_out_everywhere(api, alice, published):
    pairs = [sign_in("alice"), sign_in("alice")]

    user_disable(user_id=alice.id, **BY)
    user_disable(user_id=alice.id, **BY)

    for pair in pairs:
        assert api(token=pair.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
        response = api().post("/api/v1/auth/token/refresh", {"refresh": pair.refresh})
        assert (response.status_code, response.json()["code"]) == (401, "session_revoked")
    assert len(published(SessionRevoked)) == 2
    with pytest.raises(InvalidCredentials):
        sign_in("alice")


def test_enabled_may_sign_in_again(alice):
    user_disable(user_id=alice.id, **BY)
    user_enable(user_id=alice.id, **BY)
    assert sign_in("alice").access


def test_nobody(user_id):
    with pytest.raises(UserNotFound):
        user_disable(user_id=user_id, **BY)
