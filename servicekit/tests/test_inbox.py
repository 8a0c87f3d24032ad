"""The inbox: a batch acts once, whole or not at all, each subject in its order."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicekit.contracts import Event, billing
from servicekit.ids import new_id
from servicekit.messaging.consume import inbox
from servicekit.messaging.envelope import Received, from_attributes, parse
from servicekit.messaging.models import InboxEvent
from servicekit.tests.sending import declined, envelope_json, placed

pytestmark = pytest.mark.django_db(transaction=True)


def received(event: Event) -> Received[Any]:
    return from_attributes(parse(envelope_json(event)))


class TestInbox:
    def test_all_or_nothing(self, calls: list) -> None:
        def handler(message: Received[Any]) -> None:
            if message.event.amount == 0:
                raise ValueError

        calls.append(handler)
        messages = [from_attributes(parse(envelope_json(placed()))) for _ in range(3)]
        bad = billing.HoldPlaced.from_data({**placed().to_data(), "amount": 0})
        with pytest.raises(ValueError):
            inbox.handle([*messages, from_attributes(parse(envelope_json(bad)))])
        assert not InboxEvent.objects.exists()
        assert inbox.handle([*messages, messages[0]]) == 3
        assert inbox.handle(messages) == 0

    def test_an_events_row_goes_with_the_first_statement_of_its_handler(self, batch_calls: list) -> None:
        batch_calls.append(lambda messages: InboxEvent.objects.count())
        inbox.handle([received(declined())])  # it is prepared
        with CaptureQueriesContext(connection) as sent:
            inbox.handle([received(declined())])
        texts = [[part.split()[0] for part in query["sql"].split("; ")] for query in sent.captured_queries]
        assert texts == [
            ["BEGIN"],
            ["BEGIN", "EXECUTE", "SELECT"],
            ["COMMIT"],
        ]  # Django notes both ends itself

    def test_what_was_handled_before_is_no_failure_of_its_handler(self, batch_calls: list) -> None:
        """Not even of one that fails before it asks the database anything."""
        first, second = received(declined()), received(declined())
        batch_calls.append(lambda messages: None)
        assert inbox.handle([first]) == 1
        seen: list[Any] = []

        def once(messages: Any) -> None:
            seen.append([message.id for message in messages])
            if first in messages:
                raise ValueError("handled before")

        batch_calls[:] = [once]
        assert inbox.handle([first, second]) == 1
        assert seen == [[first.id, second.id], [second.id]]
        batch_calls[:] = [lambda messages: 1 / 0]
        with pytest.raises(ZeroDivisionError):
            inbox.handle([received(declined())])

    def test_a_batch_goes_in_waves_each_subject_in_its_order(self, batch_calls: list, calls: list) -> None:
        seen: list[list[tuple[str, int]]] = []
        batch_calls.append(lambda messages: seen.append([(m.subject, m.sequence) for m in messages]))
        calls.append(lambda message: seen.append([(message.subject, message.sequence)]))
        a, b = new_id(), new_id()
        order = [(declined(a), 1), (declined(b), 1), (placed(a), 2), (declined(a), 3), (declined(b), 2)]
        messages = [from_attributes(parse(envelope_json(event, sequence))) for event, sequence in order]
        assert inbox.handle(messages) == 5
        subject_a, subject_b = f"hold/{a}", f"hold/{b}"
        assert seen == [
            [(subject_a, 1), (subject_b, 1)],
            [(subject_a, 2)],
            [(subject_b, 2)],
            [(subject_a, 3)],
        ]
