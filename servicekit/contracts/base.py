"""What an event is: a frozen dataclass with a versioned type name, and how it becomes JSON and back.

Only the standard library is used here, so that a contract can be read by anything.
"""

from __future__ import annotations

import dataclasses
import types
import typing
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
    """

    TYPE: ClassVar[str]

    @property
    def subject(self) -> str:
        """The aggregate the event is about; events of one subject are delivered in order."""
        raise NotImplementedError

    def to_data(self) -> dict[str, Any]:
        """The payload as JSON values: UUID, Decimal and datetime as strings, the rest as they are."""
        return {
            field.name: _dump(getattr(self, field.name))
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Build the event from its payload.

        Raises:
            ContractError: a field is missing, unknown or of another type.
        """
        hints = _hints(cls)
        unknown = data.keys() - hints.keys()
        if unknown:
            raise ContractError(f"{cls.TYPE}: unknown fields {sorted(unknown)}")
        values = {}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if field.name not in data:
                if field.default is dataclasses.MISSING:
                    raise ContractError(f"{cls.TYPE}: {field.name} is missing")
                continue
            try:
                values[field.name] = _load(data[field.name], hints[field.name])
            except (TypeError, ValueError, InvalidOperation) as error:
                raise ContractError(f"{cls.TYPE}: {field.name}: {error}") from None
        return cls(**values)


@typing.dataclass_transform(kw_only_default=True, frozen_default=True)
def event(type_name: str) -> typing.Callable[[type[E]], type[E]]:
    """Make a class a frozen, keyword-only event contract and enter it into :data:`REGISTRY`."""

    def decorate(cls: type[E]) -> type[E]:
        frozen = dataclasses.dataclass(frozen=True, kw_only=True, slots=True)(cls)
        frozen.TYPE = type_name
        if type_name in REGISTRY:
            raise RuntimeError(f"two contracts are named {type_name}")
        REGISTRY[type_name] = frozen
        return frozen

    return decorate


_HINTS: dict[type[Event], dict[str, Any]] = {}


def _hints(cls: type[Event]) -> dict[str, Any]:
    if cls not in _HINTS:
        names = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        _HINTS[cls] = {k: v for k, v in typing.get_type_hints(cls).items() if k in names}
    return _HINTS[cls]


def _dump(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


def _load(value: Any, hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        (hint,) = (member for member in typing.get_args(hint) if member is not types.NoneType)
    if hint is UUID:
        if not isinstance(value, str):
            raise TypeError("an id is written as a string")
        return UUID(value)
    if hint is Decimal:
        if not isinstance(value, str):
            raise TypeError("a decimal is written as a string")
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError("not a finite number")
        return number
    if hint is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment
    origin = typing.get_origin(hint) or hint
    if not isinstance(value, origin) or (origin is int and isinstance(value, bool)):
        raise TypeError(f"expected {origin.__name__}, got {type(value).__name__}")
    return value
