"""Reads of users."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Lower
from django.utils import timezone

from user_service.accounts.errors import UserNotFound
from user_service.accounts.identifiers import identifier_normal
from user_service.accounts.models import AccountLink, LinkPurpose, User


def user_get(*, user_id: UUID) -> User:
    """The user.

    Raises:
        UserNotFound: nobody has this id.
    """
    try:
        return User.objects.get(pk=user_id)
    except User.DoesNotExist:
        raise UserNotFound from None


def user_lock(*, user_id: UUID) -> User:
    """The user, its row locked until the current transaction ends.

    Raises:
        UserNotFound: nobody has this id.
    """
    try:
        return User.objects.select_for_update(no_key=True).get(pk=user_id)
    except User.DoesNotExist:
        raise UserNotFound from None


def user_find(*, identifier: str) -> User | None:
    """The user of a username or an e-mail address, in any case and any form. A username has no ``@``."""
    # The second for addresses from before they were kept in their normal form.
    for text in dict.fromkeys((identifier_normal(identifier), identifier)):
        folded = User.objects.alias(folded=Lower("email" if "@" in text else "username"))
        if user := folded.filter(folded=Lower(Value(text))).first():
            return user
    return None


def email_wanted(*, user_id: UUID) -> str:
    """The new address that a user was mailed a link to and has not followed yet; "" for none."""
    links = AccountLink.objects.filter(user_id=user_id, purpose=LinkPurpose.CHANGE_EMAIL, used_at=None)
    found = (
        links.filter(expires_at__gt=timezone.now()).order_by("-created_at").values_list("email", flat=True)
    )
    return found.first() or ""


def username_exists(*, username: str) -> bool:
    """Whether somebody has the name already. For messages only: the unique index decides."""
    return User.objects.alias(folded=Lower("username")).filter(folded=Lower(Value(username))).exists()


def email_exists(*, email: str) -> bool:
    """Whether somebody has the address already. For messages only: the unique index decides."""
    return User.objects.alias(folded=Lower("email")).filter(folded=Lower(Value(email))).exists()
