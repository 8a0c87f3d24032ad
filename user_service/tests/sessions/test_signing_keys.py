"""The keys: made once, published before they sign, retired when nothing depends on them."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import jwt
import pytest
from django.core.management import CommandError, call_command

from servicekit.audit.models import AuditEntry
from servicekit.auth.keys import KeySet
from servicekit.auth.tokens import decode
from servicekit.testing.threads import at_once
from user_service.sessions.errors import SigningKeyMissing
from user_service.sessions.keys import key_add, key_make_first, key_next, key_ring
from user_service.sessions.tasks import retire_signing_keys
from user_service.tests.conftest import sign_in

DAY = 86_400

pytestmark = pytest.mark.django_db


@pytest.fixture
def empty(settings, tmp_path) -> Path:
    settings.JWT_KEYS = tmp_path / "new" / "jwt"
    settings.JWKS_URL = f"file:{settings.JWT_KEYS}/jwks.json"
    return settings.JWT_KEYS


def run(*arguments: str) -> None:
    call_command("make_signing_key", *arguments, verbosity=0)


def age(directory: Path, seconds: int) -> None:
    """Let everything in the directory be older."""
    for file in directory.iterdir():
        moment = file.stat().st_mtime - seconds
        os.utime(file, (moment, moment))


def test_the_first_key(empty):
    with pytest.raises(SigningKeyMissing, match="make_signing_key"):
        key_ring()
    run()
    current = (empty / "current").read_text()
    run()
    assert (empty / "current").read_text() == current
    assert {file.name for file in empty.iterdir()} == {"current", "jwks.json", f"{current}.pem"}
    assert empty.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in empty.iterdir()} == {0o600}
    assert key_ring().current == current


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_make_one(empty):
    made = at_once([lambda: key_make_first(empty)] * 10)
    assert len([kid for kid in made if kid]) == 1
    assert len(list(empty.glob("*.pem"))) == 1


def test_rotation(empty, api, alice):
    run()
    first = key_ring().current
    old = sign_in("alice")
    time.sleep(0.02)

    run("--rotate")
    assert key_ring().current == first
    published = {entry["kid"] for entry in api().get("/.well-known/jwks.json").json()["keys"]}
    assert len(published) == 2
    with pytest.raises(CommandError, match="can sign in"):
        run("--activate")

    age(empty, 400)
    run("--activate")
    second = key_ring().current
    assert {first, second} == published
    new = sign_in("alice")
    assert jwt.get_unverified_header(new.access)["kid"] == second
    assert decode(old.access)["sub"] == decode(new.access)["sub"]
    assert api().post("/api/v1/auth/token/refresh", {"refresh": old.refresh}).status_code == 200

    run("--retire")
    assert len(list(empty.glob("*.pem"))) == 2
    age(empty, 15 * DAY)
    run("--retire")
    assert [file.stem for file in empty.glob("*.pem")] == [second]
    assert list(AuditEntry.objects.order_by("id").values_list("action", "object_id", "after__signs")) == [
        ("key.make", first, first),
        ("key.publish", second, None),
        ("key.activate", second, second),
        ("key.retire", first, None),
    ]
    assert api().post("/api/v1/auth/token/refresh", {"refresh": old.refresh}).status_code == 401


def test_one_command_rotates_and_goes_on_where_it_was(empty, settings):
    settings.JWKS_MAX_AGE = timedelta(seconds=1)
    run()
    first = key_ring().current
    time.sleep(0.02)
    begun = time.monotonic()
    half_done = key_add(empty)
    call_command("rotate_signing_key", stdout=StringIO())
    assert time.monotonic() - begun > 0.9  # of a file's time the last milliseconds are missing
    assert key_ring().current == half_done
    assert key_next(empty) is None
    row = AuditEntry.objects.get(action="key.activate")
    assert (row.object_id, row.before, row.after["at_once"]) == (half_done, {"signs": first}, False)
    call_command("rotate_signing_key", stdout=StringIO())
    assert key_ring().current not in (first, half_done)
    assert len(list(empty.glob("*.pem"))) == 3  # nothing is deleted while its tokens may live
    assert retire_signing_keys() == []
    age(empty, 15 * DAY)
    assert retire_signing_keys() == sorted([first, half_done])


def test_keys_that_cannot_be_written_are_left_to_whoever_put_them_there(empty, settings):
    settings.JWT_KEYS = empty / "nowhere"
    assert retire_signing_keys() == []


def test_a_stolen_key_is_replaced_at_once(empty):
    run()
    first = key_ring().current
    time.sleep(0.02)
    run("--rotate")
    run("--activate", "--at-once")
    assert key_ring().current != first


def test_what_is_published(empty, api):
    run()
    response = api().get("/.well-known/jwks.json")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Content-Type"] == "application/json"
    (entry,) = response.json()["keys"]
    assert set(entry) == {"kid", "kty", "use", "alg", "n", "e"}
    assert (entry["kty"], entry["use"], entry["alg"]) == ("RSA", "sig", "RS256")
    assert KeySet(f"file:{empty}/jwks.json").find(entry["kid"]) is not None


def test_broken_directory(empty):
    run()
    (empty / "current").write_text("other")
    with pytest.raises(SigningKeyMissing, match="names other"):
        key_ring()
