"""Links in mails: each works once, for a while, for one purpose. notification_service mails them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from servicekit.auth.links import link_token_read
from servicekit.contracts.user import LinkIssued
from servicekit.messaging.publish import publish
from user_service.accounts import selectors
from user_service.accounts.errors import LinkInvalid, LinkQuotaExceeded
from user_service.accounts.models import AccountLink, DailyCount, LinkPurpose, User
from user_service.accounts.services.daily_count import daily_count


def link_issue(
    *, purpose: LinkPurpose, user: User | None, email: str, session_id: UUID | None = None
) -> None:
    """Have a link mailed, in the transaction of what asks for it.

    Args:
        user: whose account; None: of nobody, and nothing is mailed; it writes just as much.
        email: where it goes.
        session_id: of the request, where it matters later.

    Emits:
        user.link.issued.v1
    """
    reset = purpose is LinkPurpose.RESET_PASSWORD
    now = timezone.now()
    link = AccountLink.objects.create(
        user=user,
        purpose=purpose,
        email=email if user else "",
        session_id=session_id,
        created_at=now,
        expires_at=now + (settings.RESET_LINK_LIFETIME if reset else settings.EMAIL_LINK_LIFETIME),
    )
    publish(
        LinkIssued(
            link_id=link.id,
            user_id=user.id if user else None,
            purpose=purpose.value,
            expires_at=link.expires_at,
            email=email if purpose is LinkPurpose.CHANGE_EMAIL else "",
        )
    )


def link_mail_count(*, purpose: LinkPurpose, email: str) -> None:
    """Count one more mail to an address, whether or not somebody has it.

    Raises:
        LinkQuotaExceeded: there were too many today.
    """
    who = hashlib.sha256(f"{purpose.value} {email.casefold()}".encode()).hexdigest()
    daily_count(
        action=DailyCount.Action.LINK, who=who, limit=settings.LINK_MAILS_A_DAY, refusal=LinkQuotaExceeded
    )


def link_find(*, token: str, purposes: Sequence[LinkPurpose]) -> AccountLink:
    """The link of a token, with its user, if it may be used now. :func:`link_use` decides.

    Raises:
        LinkInvalid: it may not.
    """
    link_id = link_token_read(token)
    if link_id is None:
        raise LinkInvalid
    usable = AccountLink.objects.filter(
        pk=link_id, purpose__in=purposes, used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    )
    link = usable.select_related("user").first()
    if link is None:
        raise LinkInvalid
    return link


def link_use(link: AccountLink) -> User:
    """Use a link up, in the transaction of what it is for. Returns its user, locked.

    Raises:
        LinkInvalid: another request was faster, it has expired meanwhile, or the user was disabled; or it
            went to an address that is not the account's any more.
    """
    assert link.user_id is not None
    user = selectors.user_lock(user_id=link.user_id)
    now = timezone.now()
    usable = AccountLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now)
    own = link.purpose == LinkPurpose.CHANGE_EMAIL or link.email.casefold() == user.email.casefold()
    if not (own and user.is_active and usable.update(used_at=now)):
        raise LinkInvalid
    return user


def links_forget(*, user_id: UUID, purpose: LinkPurpose | None = None) -> None:
    """The links that a user was mailed, of one purpose or of all, do nothing any more."""
    links = AccountLink.objects.filter(user_id=user_id, used_at=None)
    (links.filter(purpose=purpose) if purpose else links).delete()


def links_purge() -> int:
    """Delete links that have expired. Returns how many."""
    return AccountLink.objects.filter(expires_at__lt=timezone.now()).delete()[0]
