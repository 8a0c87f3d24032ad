"""The envelope of an event: CloudEvents 1.0 attribute names around a contract's payload."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import orjson

from servicekit.contracts import REGISTRY, ContractError, Event, parse_id
from servicekit.telemetry import NO_ORIGIN, Origin

E = TypeVar("E", bound=Event)


class Received(NamedTuple, Generic[E]):
    """An event as its handler sees it.

    Attributes:
        id: the event's UUIDv7, the same at every delivery.
        type: the contract's type name.
        source: the publishing service.
        subject: the aggregate it is about.
        sequence: its number among the events of its subject.
        time: when it was published, UTC.
        request_id: of the request that caused it, "" when none did.
        traceparent: W3C trace context, "" when there is none.
        event: the payload.
        tracestate: what goes with the ``traceparent``.
    """

    id: UUID
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    request_id: str
    traceparent: str
    event: E
    tracestate: str = ""


def to_json(
    event: Event,
    *,
    id: UUID,
    source: str,
    subject: str,
    sequence: int,
    time: datetime,
    request_id: str,
    traceparent: str,
    tracestate: str = "",
) -> str:
    """Write an event with its envelope as one line of JSON: ids, decimals and times (UTC) as strings."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": id,
            "type": event.TYPE,
            "source": source,
            "subject": subject,
            "sequence": sequence,
            "time": time,
            "dataversion": event.TYPE.rpartition(".")[2],
            "requestid": request_id,
            "traceparent": traceparent,
            **({"tracestate": tracestate} if tracestate else {}),
            "data": event,
        },
        default=_dump,
        option=orjson.OPT_UTC_Z,
    ).decode()


def _dump(value: Any) -> str:
    """What orjson does not know by itself: Decimal."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{value!r} has no place in an event")


def parse(text: str | bytes) -> dict[str, Any]:
    """Read an envelope's attributes without looking into its data.

    Raises:
        ContractError: not a JSON object with an ``id``, a ``type`` and a ``subject``.
    """
    try:
        envelope: dict[str, Any] = orjson.loads(text)
        parse_id(envelope["id"]), envelope["type"], envelope["subject"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContractError(f"not an envelope: {error!r}") from None
    return envelope


def origin_of(text: str | bytes) -> Origin:
    """The request that an event comes of; none of what is no envelope."""
    try:
        envelope = parse(text)
    except ContractError:
        return NO_ORIGIN
    return Origin(*(str(envelope.get(name, "")) for name in ("requestid", "traceparent", "tracestate")))


def from_attributes(envelope: dict[str, Any]) -> Received[Any]:
    """Check an envelope's payload against its contract.

    Raises:
        ContractError: the type is unknown or the payload does not fit it.
    """
    contract = REGISTRY.get(envelope["type"])
    if contract is None:
        raise ContractError(f"unknown event type {envelope['type']!r}")
    try:
        return Received(
            id=parse_id(envelope["id"]),
            type=envelope["type"],
            source=envelope["source"],
            subject=envelope["subject"],
            sequence=int(envelope["sequence"]),
            time=datetime.fromisoformat(envelope["time"]),
            request_id=envelope.get("requestid", ""),
            traceparent=envelope.get("traceparent", ""),
            event=contract.from_data(envelope["data"]),
            tracestate=envelope.get("tracestate", ""),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(str(error)) from None
