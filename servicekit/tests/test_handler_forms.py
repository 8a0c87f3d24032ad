"""What a handler is given in a call, by its form: one event, ``in_batches``, ``in_stream_order``."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from servicekit.contracts import Event, billing, trading
from servicekit.ids import new_id
from servicekit.messaging.consume import BatchTooLarge, failures, in_batches, in_stream_order, inbox
from servicekit.messaging.consume.subscriptions import Handler, subscriptions
from servicekit.messaging.envelope import Received, from_attributes, parse
from servicekit.messaging.models import FailedEvent, InboxEvent
from servicekit.testing.project import subscriptions as project
from servicekit.tests.sending import cancel_requested, consume_until, declined, envelope_json, placed

Seen = list[list[tuple[str, int]]]
Subscribe = Callable[[dict[type[Event], Handler]], None]


@pytest.fixture
def subscribe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscribe]:
    """Replaces the service's list."""

    def to(table: dict[type[Event], Handler]) -> None:
        monkeypatch.setattr(project, "SUBSCRIPTIONS", table)
        subscriptions.cache_clear()

    yield to
    monkeypatch.undo()
    subscriptions.cache_clear()


def received(*events: tuple[Event, int]) -> list[Received[Any]]:
    return [from_attributes(parse(envelope_json(event, sequence))) for event, sequence in events]


def short(messages: Sequence[Received[Any]]) -> list[tuple[str, int]]:
    return [(message.type.split(".")[2], message.sequence) for message in messages]


def submitted(order_id: UUID) -> trading.OrderSubmitted:
    return trading.OrderSubmitted.from_data(
        {
            "order_id": str(order_id), "user_id": str(new_id()), "instrument_id": str(new_id()),
            "ticker": "AAPL", "side": "buy",
            "type": "market", "quantity": 1, "cap_price": "1", "time_in_force": "day",
            "submitted_at": "2026-01-02T03:04:05Z",
        }
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestRepeatedSubjects:
    def test_two_hundred_events_of_one_subject_are_one_call(self, subscribe: Subscribe) -> None:
        seen: Seen = []
        subscribe({billing.HoldDeclined: in_batches(repeat_subjects=True)(lambda m: seen.append(short(m)))})
        order = new_id()
        assert inbox.handle(received(*((declined(order), number) for number in range(200)))) == 200
        assert seen == [[("declined", number) for number in range(200)]]

    def test_without_it_they_are_two_hundred(self, subscribe: Subscribe) -> None:
        seen: Seen = []
        subscribe({billing.HoldDeclined: in_batches(lambda m: seen.append(short(m)))})
        order = new_id()
        assert inbox.handle(received(*((declined(order), number) for number in range(200)))) == 200
        assert seen == [[("declined", number)] for number in range(200)]

    def test_another_type_between_them_keeps_its_place(self, subscribe: Subscribe) -> None:
        seen: Seen = []
        subscribe(
            {
                billing.HoldDeclined: in_batches(repeat_subjects=True)(lambda m: seen.append(short(m))),
                billing.HoldPlaced: in_batches(lambda m: seen.append(short(m))),
            }
        )
        a = new_id()
        inbox.handle(received((declined(a), 1), (declined(a), 2), (placed(a), 3), (declined(a), 4)))
        assert seen == [[("declined", 1), ("declined", 2)], [("placed", 3)], [("declined", 4)]]

    def test_one_bad_event_stops_only_itself_and_those_behind_it(
        self, subscribe: Subscribe, redis_streams: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.01)
        monkeypatch.setattr(failures, "MAX_ATTEMPTS", 2)
        bad, good = new_id(), new_id()
        done: list[tuple[UUID, int]] = []

        def handler(messages: Sequence[Received[billing.HoldDeclined]]) -> None:
            if any(m.event.order_id == bad and m.sequence == 7 for m in messages):
                raise ValueError("bad")
            done.extend((m.event.order_id, m.sequence) for m in messages)

        subscribe({billing.HoldDeclined: in_batches(repeat_subjects=True)(handler)})
        with redis_streams.pipeline() as pipeline:
            for number in range(1, 51):
                for order in (bad, good):
                    fields = {
                        "type": billing.HoldDeclined.TYPE,
                        "envelope": envelope_json(declined(order), number),
                    }
                    pipeline.xadd("events:billing", fields)
            pipeline.execute()
        consume_until(lambda: InboxEvent.objects.count() == 99)
        assert FailedEvent.objects.get(dead_at__isnull=False).subject == f"hold/{bad}"
        assert [number for order, number in done if order == good] == list(range(1, 51))
        assert [number for order, number in done if order == bad] == [*range(1, 7), *range(8, 51)]


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_too_large_goes_on_in_the_next_transaction_and_is_no_failure(
    subscribe: Subscribe, redis_streams: Any
) -> None:
    calls: list[list[int]] = []

    def handler(messages: Sequence[Received[billing.HoldDeclined]]) -> None:
        if len(messages) > 7:
            raise BatchTooLarge(first_left=messages[7].id)
        calls.append([message.sequence for message in messages])

    subscribe({billing.HoldDeclined: in_batches(repeat_subjects=True)(handler)})
    order = new_id()
    with redis_streams.pipeline() as pipeline:
        for number in range(20):
            fields = {"type": billing.HoldDeclined.TYPE, "envelope": envelope_json(declined(order), number)}
            pipeline.xadd("events:billing", fields)
        pipeline.execute()
    consume_until(lambda: InboxEvent.objects.count() == 20)
    assert [number for call in calls for number in call] == list(range(20))
    assert max(map(len, calls)) == 7
    assert not FailedEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestStreamOrder:
    def test_a_cancel_is_not_overtaken_by_a_later_order(self, subscribe: Subscribe) -> None:
        seen: Seen = []
        both = in_stream_order(lambda messages: seen.append(short(messages)))
        subscribe({trading.OrderSubmitted: both, trading.OrderCancelRequested: both})
        a, b = new_id(), new_id()
        inbox.handle(received((submitted(a), 1), (cancel_requested(a), 2), (submitted(b), 3)))
        assert seen == [[("submitted", 1), ("cancel_requested", 2), ("submitted", 3)]]

    def test_by_types_the_later_order_is_first(self, subscribe: Subscribe) -> None:
        seen: Seen = []
        handler = in_batches(lambda messages: seen.append(short(messages)))
        subscribe({trading.OrderSubmitted: handler, trading.OrderCancelRequested: handler})
        a, b = new_id(), new_id()
        inbox.handle(received((submitted(a), 1), (cancel_requested(a), 2), (submitted(b), 3)))
        assert seen == [[("submitted", 1), ("submitted", 3)], [("cancel_requested", 2)]]

    def test_what_another_handler_does_between_keeps_its_place(self, subscribe: Subscribe) -> None:
        seen: Seen = []
        both = in_stream_order(lambda messages: seen.append(short(messages)))
        subscribe(
            {
                trading.OrderSubmitted: both,
                trading.OrderCancelRequested: both,
                trading.OrderPlaced: in_batches(lambda messages: seen.append(short(messages))),
            }
        )
        a, b, c = new_id(), new_id(), new_id()
        inbox.handle(
            received(
                (submitted(a), 1),
                (submitted(b), 2),
                (_order_placed(b), 3),
                (cancel_requested(b), 4),
                (submitted(c), 5),
            )
        )
        assert seen == [
            [("submitted", 1), ("submitted", 2)],
            [("placed", 3)],
            [("cancel_requested", 4), ("submitted", 5)],
        ]


def _order_placed(order_id: UUID) -> trading.OrderPlaced:
    return trading.OrderPlaced.from_data(
        {
            "order_id": str(order_id), "user_id": str(new_id()), "instrument_id": str(new_id()),
            "ticker": "AAPL", "side": "buy",
            "type": "market", "quantity": 1, "hold_amount": 1, "currency": "USD",
            "placed_at": "2026-01-02T03:04:05Z",
        }
    )  # fmt: skip


_ORDER = submitted(new_id())
_TYPES = (
    trading.OrderSubmitted,
    trading.OrderCancelRequested,
    billing.HoldPlaced,
    billing.HoldDeclined,
    billing.DepositBooked,
)


def test_whatever_comes_each_form_is_given_what_it_takes(subscribe: Subscribe) -> None:
    both = in_stream_order(lambda messages: None)
    table: dict[type[Event], Handler] = {
        trading.OrderSubmitted: both,
        trading.OrderCancelRequested: both,
        billing.HoldPlaced: in_batches(lambda messages: None),
        billing.HoldDeclined: in_batches(repeat_subjects=True)(lambda messages: None),
        billing.DepositBooked: lambda message: None,
    }
    subscribe(table)
    for seed in range(500):
        chosen = random.Random(seed)
        messages = [
            _message(chosen.choice(_TYPES), chosen.randint(1, 4), place)
            for place in range(chosen.randint(0, 40))
        ]
        _each_is_in_its_place(messages, list(inbox.handler_calls(messages)))


def _each_is_in_its_place(messages: list[Received[Any]], calls: list[list[Received[Any]]]) -> None:
    given = [message for call in calls for message in call]
    assert sorted(given, key=lambda message: message.sequence) == messages
    for subject in {message.subject for message in messages}:
        own = [message for message in given if message.subject == subject]
        assert own == [message for message in messages if message.subject == subject]
    ordered = {trading.OrderSubmitted.TYPE, trading.OrderCancelRequested.TYPE}
    kept = [message.sequence for message in given if message.type in ordered]
    assert kept == sorted(kept)
    for call in calls:
        types = {message.type for message in call}
        assert len(types) == 1 or types == ordered
        if types & {billing.HoldPlaced.TYPE, billing.DepositBooked.TYPE}:
            assert len({message.subject for message in call}) == len(call)


def _message(contract: type[Event], subject: int, place: int) -> Received[Any]:
    return Received(
        id=new_id(), type=contract.TYPE, source="", subject=f"s/{subject}", sequence=place,
        time=None, request_id="", traceparent="", event=_ORDER,  # type: ignore[arg-type]
    )  # fmt: skip
