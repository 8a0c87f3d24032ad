"""Search in the admin by an id, a key or a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import lookup_spawns_duplicates
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from servicekit.admin.columns import as_uuid
from servicekit.people.selectors import ids_named


class ExactSearch(ModelAdmin):
    """One search box for ids, texts and names.

    Attributes:
        find_ids: fields of ids, found by a whole id.
        find_texts: fields of texts, found by the whole text in any case.
        find_people: fields of users' ids, found by the user's name too.
        search_fields: fields of texts, found by a part.
    """

    find_ids: ClassVar[Sequence[str]] = ()
    find_texts: ClassVar[Sequence[str]] = ()
    find_people: ClassVar[Sequence[str]] = ()

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """What the search box is there for."""
        return [*self.find_ids, *self.find_texts, *self.find_people, *super().get_search_fields(request)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """A whole id, a whole text, a part of what ``search_fields`` name, or a person's name.

        What is an id is looked for among the ids first, which are indexed; a client's key may look so too.
        """
        term = search_term.strip()
        if not term or not (self.find_ids or self.find_texts or self.find_people):
            return super().get_search_results(request, queryset, search_term)
        paths = (*self.find_ids, *self.find_texts, *self.find_people)
        many = any(lookup_spawns_duplicates(self.opts, path) for path in paths)
        if (whole := as_uuid(term.lower())) is not None:
            found = queryset.filter(_any([*self.find_ids, *self.find_people], "", whole))
            if found.exists() or not self.find_texts:
                return found, many
        fits = _any(self.find_texts, "__iexact", term) | _any(self.search_fields, "__icontains", term)
        if people := ids_named(term):
            fits |= _any(self.find_people, "__in", people)
        return (queryset.filter(fits) if fits else queryset.none()), many


def _any(fields: Iterable[str], lookup: str, value: UUID | str | list[UUID]) -> Q:
    fits: Any = Q()
    for field in fields:
        fits |= Q(**{f"{field}{lookup}": value})
    return fits
