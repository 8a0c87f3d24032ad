"""What these tests share: an operator, a folder of mails, and what somebody was told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from servicekit.auth.authentication import OPERATOR_COOKIE
from servicekit.testing.keys import access_token


@pytest.fixture
def operator(user_id: UUID) -> Client:
    """A browser in which ``user_id``, an operator, has signed in to the admin."""
    client = Client()
    client.cookies[OPERATOR_COOKIE] = access_token(user_id, scope="customer operator")
    return client


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Path:
    """The folder that mails are written to, each a file."""
    settings.EMAIL_BACKEND = "notification_service.transports.mailbox.MailboxBackend"
    settings.MAILBOX = str(tmp_path / "mailbox")
    return Path(settings.MAILBOX)


@pytest.fixture
def told(api: Any, user_id: UUID) -> Callable[..., Any]:
    """``told("ru")`` → the only notification of ``user_id``, as the API tells it in a language."""

    def read(language: str = "en") -> Any:
        answer = api(user_id, accept_language=language).get("/api/v1/notifications")
        (only,) = answer.json()["results"]
        return only

    return read
