"""Filters of the admin's lists: titled in the reader's language, rendered without a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from servicekit.admin.columns import Label
from servicekit.contracts import REGISTRY


def named(filter_class: type[FieldListFilter], title: Label) -> type[FieldListFilter]:
    """A field's filter with another title than the model's name of the field."""

    class Named(filter_class):  # type: ignore[misc,valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = title

    return Named


def one_of(
    field: str, title: Label, choices: Callable[[], Iterable[tuple[str, Label]]]
) -> type[SimpleListFilter]:
    """A filter by values that are known beforehand: no ``SELECT DISTINCT`` over a table that grows."""

    class OneOf(SimpleListFilter):
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return list(choices())

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    OneOf.title = title  # type: ignore[assignment]
    return OneOf


def event_types(publisher: Callable[[], str] | None = None) -> Callable[[], list[tuple[str, str]]]:
    """The types of all events, or those of one publisher, for :func:`one_of`."""

    def types() -> list[tuple[str, str]]:
        names = sorted(REGISTRY)
        if publisher is not None:
            names = [name for name in names if name.startswith(f"{publisher()}.")]
        return [(name, name) for name in names]

    return types
