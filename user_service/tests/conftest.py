"""What the tests of users and sessions share: a key directory, and somebody who signed up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from prometheus_client import REGISTRY

from servicekit.audit.actors import Actor
from servicekit.testing.keys import KID, private_key
from user_service.accounts.hashers import OwaspArgon2PasswordHasher
from user_service.accounts.models import User
from user_service.accounts.services import user_register, user_sign_in
from user_service.sessions.clients import Client
from user_service.sessions.services import TokenPair

PASSWORD = "correct horse battery 9"

#: A browser and an address that Alice does not use.
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
STRANGER = "203.0.113.9"

#: Who keeps people out in these tests, and why.
BY: dict[str, Any] = {"by": Actor.shell("tests"), "reason": "a test"}


@pytest.fixture(autouse=True)
def key_directory(settings: Any, tmp_path: Path) -> Path:
    """The run's test key as the signing key, so that every token of a test is verified for real."""
    directory = tmp_path / "jwt"
    directory.mkdir()
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (directory / f"{KID}.pem").write_bytes(pem)
    (directory / "current").write_text(KID)
    settings.JWT_KEYS = directory
    return directory


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id at its least cost: a hash takes 55 ms of CPU otherwise, and most tests make several."""
    monkeypatch.setattr(OwaspArgon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(OwaspArgon2PasswordHasher, "memory_cost", 8)


@pytest.fixture
def alice(db: None) -> User:
    """A customer."""
    return user_register(username="Alice", email="Alice@example.org", password=PASSWORD)


@pytest.fixture
def tokens(alice: User) -> TokenPair:
    """Alice's tokens, from a session of hers."""
    return sign_in("alice")


def sign_in(identifier: str, password: str = PASSWORD) -> TokenPair:
    """A new session."""
    return user_sign_in(identifier=identifier, password=password, client=Client("pytest", "192.0.2.7"))


def counted(name: str, **labels: str) -> float:
    """The value of a counter."""
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None, f"{name}{labels} is not there before it happens"
    return value
