"""What operators do for people: sign them out everywhere, have a link for a new password mailed."""

from __future__ import annotations

import pytest

from servicekit.audit.models import AuditEntry
from servicekit.contracts.user import LinkIssued, SessionRevoked
from user_service.accounts.errors import LinkQuotaExceeded, UserMayNotSignIn
from user_service.accounts.services import password_reset_send, user_disable, user_sign_out
from user_service.api_keys.models import ApiKey
from user_service.api_keys.services import api_key_make
from user_service.sessions.models import Session
from user_service.tests.conftest import BY, sign_in

pytestmark = pytest.mark.django_db


def test_signed_out_everywhere_they_may_sign_in_again(api, alice, tokens, published):
    sign_in("alice")
    api_key_make(user_id=alice.id, name="bot", scopes=["read"])
    user_sign_out(user_id=alice.id, **BY)
    assert api(token=tokens.access).get("/api/v1/users/me").json()["code"] == "session_revoked"
    assert set(Session.objects.values_list("revoked_reason", flat=True)) == {"by_operator"}
    assert not ApiKey.objects.get().is_usable
    assert len(published(SessionRevoked)) == 3
    entry = AuditEntry.objects.get(action="user.sign_out")
    assert (entry.reason, entry.after) == ("a test", {"sessions_ended": 2, "api_keys_revoked": 1})
    assert api(token=sign_in("alice").access).get("/api/v1/users/me").status_code == 200


def test_the_link_goes_to_the_account_alone(alice, published):
    password_reset_send(user_id=alice.id, **BY)
    link = published(LinkIssued)[-1]
    assert (link.purpose, link.user_id, link.email) == ("reset_password", alice.id, "")
    assert AuditEntry.objects.get(action="user.reset_link").reason == "a test"


def test_it_is_not_mailed_in_vain_nor_without_end(alice, settings):
    settings.LINK_MAILS_A_DAY = 1
    password_reset_send(user_id=alice.id, **BY)
    with pytest.raises(LinkQuotaExceeded):
        password_reset_send(user_id=alice.id, **BY)
    user_disable(user_id=alice.id, **BY)
    with pytest.raises(UserMayNotSignIn):
        password_reset_send(user_id=alice.id, **BY)
