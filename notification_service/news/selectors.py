"""Reads for operators' news: who is to be told."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Lower

from notification_service.delivery.models import Contact
from notification_service.news.errors import RecipientsUnknown, TooManyRecipients
from notification_service.news.models import RECIPIENTS_MAX, News
from servicekit.people.models import Person


def recipients_named(names: list[str]) -> list[UUID]:
    """The users of these usernames, in any case, sorted by id.

    Raises:
        RecipientsUnknown: of one of them there is nobody.
        TooManyRecipients: they are more than :data:`RECIPIENTS_MAX`.
    """
    wanted = {name.lower(): name for name in names}
    if len(wanted) > RECIPIENTS_MAX:
        raise TooManyRecipients(limit=RECIPIENTS_MAX, value=len(wanted))
    people = Person.objects.annotate(lower=Lower("username")).filter(lower__in=wanted)
    found = dict(people.values_list("lower", "user_id"))
    if missing := [name for lower, name in wanted.items() if lower not in found]:
        raise RecipientsUnknown(value=", ".join(missing[:10]))
    return sorted(found.values())


def readers_left(news: News, limit: int) -> list[UUID]:
    """The next readers who are not told yet, by the order of their ids; by index, wherever it stands."""
    people = Contact.objects.filter(closed_at=None).order_by("user_id")
    if news.recipients:
        people = people.filter(user_id__in=news.recipients)
    if news.sent_up_to is not None:
        people = people.filter(user_id__gt=news.sent_up_to)
    return list(people.values_list("user_id", flat=True)[:limit])


def readers_count(news: News) -> int:
    """How many people it is for, now."""
    return len(news.recipients) or Contact.objects.filter(closed_at=None).count()
