"""What an event is: a frozen dataclass with a versioned type name, and how it becomes JSON and back.

Only the standard library is used here, so that a contract can be read by anything.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID


class ContractError(ValueError):
    """A payload that does not fit its contract: a missing, unknown or wrongly typed field."""


#: Every known event by its type name, filled by the :func:`event` decorator.
REGISTRY: dict[str, type[Event]] = {}

E = TypeVar("E", bound="Event")


class Event:
    """Base of every contract. Subclasses are frozen dataclasses decorated with :func:`event`.

    Attributes:
        TYPE: ``<publisher>.<aggregate>.<past tense>.v<version>``.
        SUBJECT: how its subject is written: ``order/{0.order_id}``.
    """

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[str]

    @property
    def subject(self) -> str:
        """The aggregate the event is about; events of one subject are delivered in order."""
        return self.SUBJECT.format(self)

    def to_data(self) -> dict[str, Any]:
        """The payload as JSON values: UUID, Decimal and datetime as strings, the rest as they are.

        A field that was added later, with a default, is told where it differs from it: a reader of the
        version before, which refuses what it does not know, reads all the others.
        """
        data = {}
        for field in _fields(type(self)):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if field.required or value != field.default:
                data[field.name] = _dump(value)
        return data

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Build the event from its payload.

        Raises:
            ContractError: a field is missing, unknown or of another type.
        """
        values, name = {}, ""
        try:
            for name, plain, load, required, _ in _fields(cls):  # type: ignore[arg-type]
                if name in data:
                    value = data[name]
                    values[name] = value if type(value) is plain else load(value)
                elif required:
                    raise ContractError(f"{cls.TYPE}: {name} is missing")
        except (TypeError, ValueError, InvalidOperation) as error:
            if isinstance(error, ContractError):
                raise
            raise ContractError(f"{cls.TYPE}: {name}: {error}") from None
        if len(values) < len(data):
            raise ContractError(f"{cls.TYPE}: unknown fields {sorted(data.keys() - values.keys())}")
        return cls(**values)


@typing.dataclass_transform(kw_only_default=True, frozen_default=True)
def event(type_name: str, *, subject: str) -> Callable[[type[E]], type[E]]:
    """Make a class a frozen, keyword-only event contract and enter it into :data:`REGISTRY`.

    Args:
        subject: the aggregate, by fields of the event: ``order/{order_id}``.
    """

    def decorate(cls: type[E]) -> type[E]:
        frozen = dataclasses.dataclass(frozen=True, kw_only=True, slots=True)(cls)
        frozen.TYPE, frozen.SUBJECT = type_name, subject.replace("{", "{0.")
        if type_name in REGISTRY:
            raise RuntimeError(f"two contracts are named {type_name}")
        REGISTRY[type_name] = frozen
        return frozen

    return decorate


class _Field(typing.NamedTuple):
    """A field of a contract: what JSON has of it as it is, how the rest is read, whether it must be there."""

    name: str
    plain: type | None
    load: Callable[[Any], Any]
    required: bool
    default: Any


@functools.cache
def _fields(cls: type[Event]) -> tuple[_Field, ...]:
    """What there is to know of a contract's fields, found out once: events are read by the thousand."""
    hints = typing.get_type_hints(cls)
    return tuple(
        _Field(
            field.name,
            hints[field.name] if hints[field.name] in (str, int, bool) else None,
            _loader(hints[field.name]),
            field.default is dataclasses.MISSING,
            field.default,
        )
        for field in dataclasses.fields(cls)  # type: ignore[arg-type]
    )


def _dump(value: Any) -> Any:
    kind = type(value)
    if kind is UUID or kind is Decimal:
        return str(value)
    if kind is datetime:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _loader(hint: Any) -> Callable[[Any], Any]:
    """What turns a JSON value into a value of the hinted type, or raises TypeError or ValueError."""
    if isinstance(hint, types.UnionType):
        (inner,) = (member for member in typing.get_args(hint) if member is not types.NoneType)
        load = _loader(inner)
        return lambda value: None if value is None else load(value)
    if hint in _LOADERS:
        return _LOADERS[hint]
    expected = typing.get_origin(hint) or hint

    def check(value: Any) -> Any:
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise TypeError(f"expected {expected.__name__}, got {type(value).__name__}")
        return value

    return check


def _load_id(value: Any) -> UUID:
    if not isinstance(value, str):
        raise TypeError("an id is written as a string")
    return parse_id(value)


#: Making a UUID is the slowest part of reading, and ids come again and again: those of users and instruments,
#: and an order's in the event and in the rows that it is about.
parse_id = functools.lru_cache(maxsize=8192)(UUID)


def _load_decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise TypeError("a decimal is written as a string")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def _load_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


_LOADERS: dict[Any, Callable[[Any], Any]] = {
    UUID: _load_id,
    Decimal: _load_decimal,
    datetime: _load_moment,
}
