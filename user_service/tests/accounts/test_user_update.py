"""The own profile: reading and changing it."""

from __future__ import annotations

import pytest

from servicekit.contracts.user import ProfileChanged
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.threads import at_once
from user_service.accounts.models import User
from user_service.accounts.services import user_register, user_update
from user_service.tests.conftest import PASSWORD

URL = "/api/v1/users/me"


@pytest.mark.django_db
def test_needs_a_token(api, user_id):
    assert api().get(URL).json()["code"] == "authentication_required"
    assert api().patch(URL, {"locale": "ru"}).status_code == 401
    response = api(user_id).get(URL)  # a good token of somebody who is not here
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
def test_change_is_published_with_its_version(api, alice, published):
    changes = {
        "locale": "ru",
        "time_zone": "Europe/Moscow",
        "display_name": "Алиса",
        "theme": "dark",
        "colours": "blue_orange",
    }
    response = api(alice.id).patch(URL, changes)

    assert response.status_code == 200
    assert response.json().items() >= changes.items()
    assert api(alice.id).get(URL).json() == response.json()
    assert published(ProfileChanged) == [
        ProfileChanged(user_id=alice.id, email="Alice@example.org", locale="ru", display_name="Алиса")
    ]
    api(alice.id).patch(URL, {"display_name": ""})
    mine = OutboxEvent.objects.filter(subject=f"user/{alice.id}").order_by("outbox_seq")
    assert list(mine.values_list("sequence", flat=True)) == [1, 2, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("body", [{}, {"display_name": "", "locale": "en"}])
def test_nothing_new_publishes_nothing(api, alice, published, body):
    assert api(alice.id).patch(URL, body).status_code == 200
    assert published(ProfileChanged) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "mallory", "read_only_field"),
        ("id", "0192f6a0-0000-7000-8000-000000000000", "read_only_field"),
        ("created_at", "2020-01-01T00:00:00Z", "read_only_field"),
        ("is_staff", True, "unknown_field"),
        ("is_superuser", True, "unknown_field"),
        ("password", "x", "unknown_field"),
        ("version", 7, "unknown_field"),
        ("email", "new@example.org", "read_only_field"),
        ("email_confirmed", True, "read_only_field"),
        ("locale", "de", "invalid_choice"),
        ("time_zone", "Mars/Olympus", "time_zone_unknown"),
        ("time_zone", "../../etc/passwd", "time_zone_unknown"),
        ("time_zone", 3, "invalid"),
        ("theme", "pink", "invalid_choice"),
        ("colours", "grey", "invalid_choice"),
        ("display_name", "two\nlines", "display_name_invalid"),
        ("display_name", "\u202egnp", "display_name_invalid"),
        ("display_name", "x" * 65, "max_length"),
    ],
)
def test_bad_field_changes_nothing(api, alice, field, value, code):
    before = User.objects.values().get()
    response = api(alice.id).patch(URL, {"time_zone": "Asia/Tokyo"} | {field: value})
    assert response.status_code == 400
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(field, code)]
    assert User.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_get_a_version_each(published):
    user = user_register(username="carol", email="carol@example.org", password=PASSWORD)
    results = at_once(
        (lambda number=number: user_update(user_id=user.id, display_name=f"Carol {number}"))
        for number in range(8)
    )
    assert all(isinstance(result, User) for result in results), results
    sequences = OutboxEvent.objects.filter(subject=f"user/{user.id}").values_list("sequence", flat=True)
    assert sorted(sequences) == list(range(1, 10))
