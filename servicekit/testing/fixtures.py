"""The fixtures of every service's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

import pytest

from servicekit.contracts import Event
from servicekit.ids import new_id
from servicekit.telemetry import Origin


class Deliver(Protocol):
    """Delivers an event to this service as its consumer does."""

    def __call__(
        self, event: Event, *, sequence: int = 1, id: UUID | None = None, request_id: str = ""
    ) -> bool: ...


class DeliverMany(Protocol):
    """Delivers events (each with its sequence, 1 unless given) to this service as one batch.

    They come of one request, or each of its own (``origins``).
    """

    def __call__(
        self,
        events: Sequence[Event | tuple[Event, int]],
        *,
        ids: Sequence[UUID] | None = None,
        request_id: str = "",
        origins: Sequence[Origin] | None = None,
    ) -> int: ...


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_createdb: bool,
) -> Iterator[None]:
    """In place of pytest-django's: see :mod:`servicekit.testing.database`. ``--create-db`` migrates anew."""
    from django.db import connection
    from django.test import TransactionTestCase

    from servicekit.testing import database

    with django_db_blocker.unblock():
        database.create(connection, renew=django_db_createdb)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: database.empty(connection))
        yield
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(autouse=True)
def _test_keys(settings: Any) -> None:
    from django.apps import apps

    if not apps.is_installed("servicekit.auth"):  # the frontend knows no keys
        return
    from servicekit.auth.sessions import forget_copy
    from servicekit.testing.keys import jwks_url

    settings.JWKS_URL = jwks_url()
    forget_copy()


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """A request in Russian leaves Russian active in its thread, which is the tests' own."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _what_is_published_fits_its_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every event that any test publishes is read back, as its subscribers will, and must be the same."""
    from django.apps import apps

    if not apps.is_installed("servicekit.messaging"):
        return
    from servicekit.messaging import envelope

    really = envelope.to_json

    def to_json(event: Event, **attributes: Any) -> str:
        text = really(event, **attributes)
        read = envelope.from_attributes(envelope.parse(text)).event
        assert read == event, f"published {event}, and its contract reads {read}"
        return text

    monkeypatch.setattr(envelope, "to_json", to_json)


@pytest.fixture
def user_id() -> UUID:
    """Somebody's id."""
    return new_id()


@pytest.fixture
def api() -> Callable[..., Any]:
    """``api(user_id)`` → a DRF client signed in with a real token; ``api()`` → nobody."""
    from rest_framework.test import APIClient

    from servicekit.testing.keys import access_token

    def make(user_id: UUID | None = None, *, token: str | None = None, **headers: str) -> APIClient:
        client = APIClient(headers={name.replace("_", "-"): value for name, value in headers.items()})
        client.default_format = "json"  # type: ignore[attr-defined]
        if user_id is not None:
            token = access_token(user_id)
        if token is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return make


@pytest.fixture
def operator(db: None, client: Any) -> Any:
    """A browser in which an operator has signed in to the admin."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    client.force_login(users.create_superuser("operator"))
    return client


@pytest.fixture
def deliver(deliver_many: DeliverMany) -> Deliver:
    """Seal, open and handle an event through the real inbox. Returns whether it was new."""

    def run(event: Event, *, sequence: int = 1, id: UUID | None = None, request_id: str = "") -> bool:
        return deliver_many([(event, sequence)], ids=[id or new_id()], request_id=request_id) == 1

    return run


@pytest.fixture
def deliver_many() -> DeliverMany:
    """Seal, open and handle events as one batch through the real inbox. Returns how many were new."""
    from django.utils import timezone

    from servicekit.messaging.consume import inbox
    from servicekit.messaging.envelope import from_attributes, parse, to_json

    def run(
        events: Sequence[Event | tuple[Event, int]],
        *,
        ids: Sequence[UUID] | None = None,
        request_id: str = "",
        origins: Sequence[Origin] | None = None,
    ) -> int:
        messages = []
        for number, item in enumerate(events):
            event, sequence = item if isinstance(item, tuple) else (item, 1)
            origin = origins[number] if origins else Origin(request_id)
            text = to_json(
                event,
                id=ids[number] if ids else new_id(),
                source=event.TYPE.partition(".")[0],
                subject=event.subject,
                sequence=sequence,
                time=timezone.now(),
                request_id=origin.request_id,
                traceparent=origin.traceparent,
                tracestate=origin.tracestate,
            )
            messages.append(from_attributes(parse(text)))
        return inbox.handle(messages)

    return run


@pytest.fixture
def published() -> Callable[..., list[Any]]:
    """``published(SomeEvent)`` → the events of that type in this service's outbox, oldest first."""
    from servicekit.messaging.envelope import from_attributes, parse
    from servicekit.messaging.models import OutboxEvent

    def read(contract: type[Event] | None = None) -> list[Any]:
        rows = OutboxEvent.objects.order_by("outbox_seq")
        if contract is not None:
            rows = rows.filter(type=contract.TYPE)
        return [from_attributes(parse(text)).event for text in rows.values_list("envelope", flat=True)]

    return read
