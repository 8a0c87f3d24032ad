"""Looking up names. Works in every service: without the table only operators have names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q

#: So many people at most are looked for by a part of their name.
MAX_PEOPLE = 200


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of users, operators included; unknown ones are not in it."""
    wanted = set(ids)
    if not wanted:
        return {}
    if settings.SERVICE_NAME == "user":
        return dict(get_user_model().objects.filter(pk__in=wanted).values_list("pk", "username"))
    shadows: Any = get_user_model().objects  # django.contrib.auth's own model, see servicekit.auth.operators
    known = shadows.filter(username__in=map(str, wanted)).exclude(first_name="")
    found = {UUID(username): name for username, name in known.values_list("username", "first_name")}
    if apps.is_installed("servicekit.people"):
        from servicekit.people.models import Person

        found |= {person.user_id: str(person) for person in Person.objects.filter(user_id__in=wanted)}
    return found


def ids_named(name: str) -> list[UUID]:
    """The users whose username begins with ``name`` or whose display name has it, in any case."""
    if not name or not apps.is_installed("servicekit.people"):
        return []
    from servicekit.people.models import Person

    fits = Q(username__istartswith=name) | Q(display_name__icontains=name)
    return list(Person.objects.filter(fits).values_list("user_id", flat=True)[:MAX_PEOPLE])
