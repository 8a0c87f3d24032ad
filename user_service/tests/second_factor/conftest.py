from __future__ import annotations

from typing import Any

import pytest

from user_service.accounts.models import User
from user_service.second_factor import codes
from user_service.tests.conftest import PASSWORD
from user_service.tests.second_factor.apps import AuthenticatorApp

FACTOR = "/api/v1/users/me/second-factor"


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AuthenticatorApp:
    """An app with a new secret, whose clock user_service looks at."""
    made = AuthenticatorApp(codes.secret_new())
    monkeypatch.setattr(codes, "time", made.clock)
    return made


@pytest.fixture
def recovery_codes(api: Any, alice: User, app: AuthenticatorApp) -> list[str]:
    """Alice's second factor is on, and these are her recovery codes."""
    answer = api(alice.id).post(FACTOR, {"secret": app.secret, "code": app.code(), "password": PASSWORD})
    assert answer.status_code == 201, answer.content
    return list(answer.json()["recovery_codes"])
