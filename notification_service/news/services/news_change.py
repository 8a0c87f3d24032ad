"""An operator writes news, has it sent, or withdraws it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from notification_service.news.errors import NewsHasEnded, NewsNotDraft
from notification_service.news.models import News, NewsState
from notification_service.news.selectors import readers_count, recipients_named
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record

#: Seconds between the decision to send and the first reader, within which nobody has read it.
GRACE_S = 60


@transaction.atomic
def news_write(*, title: dict[str, str], body: dict[str, str], names: list[str], by: Actor) -> News:
    """Keep what is to be told; nobody is told yet.

    Args:
        title, body: by language, ``en`` and ``ru``; plain text.
        names: usernames, in any case; empty: everybody.

    Raises:
        RecipientsUnknown, TooManyRecipients: see there.
    """
    news = News.objects.create(
        title_en=title["en"],
        title_ru=title["ru"],
        body_en=body["en"],
        body_ru=body["ru"],
        recipients=recipients_named(names) if names else [],
        written_by=by.name[:64],
    )
    record("news.write", news, by=by, after={"for": len(news.recipients) or "everybody"})
    return news


@transaction.atomic
def news_release(*, news_id: UUID, by: Actor, reason: str) -> News:
    """Have it sent, a minute from now: until then, and until everybody is told, it can be withdrawn.

    Raises:
        NewsNotDraft: it was released before, or withdrawn.
    """
    news = _locked(news_id)
    if news.state != NewsState.DRAFT:
        raise NewsNotDraft
    news.state = NewsState.RELEASED
    news.begins_at = timezone.now() + timedelta(seconds=GRACE_S)
    news.save(update_fields=["state", "begins_at"])
    after = {"readers": readers_count(news), "begins_at": news.begins_at}
    record("news.send", news, by=by, reason=reason, after=after)
    return news


@transaction.atomic
def news_withdraw(*, news_id: UUID, by: Actor, reason: str) -> News:
    """Tell nobody, or nobody else: who was told has it in their inbox.

    Raises:
        NewsHasEnded: everybody has been told, or it was withdrawn before.
    """
    news = _locked(news_id)
    if news.state not in (NewsState.DRAFT, NewsState.RELEASED):
        raise NewsHasEnded
    before = {"state": news.state, "sent_count": news.sent_count}
    news.state, news.ended_at = NewsState.WITHDRAWN, timezone.now()
    news.save(update_fields=["state", "ended_at"])
    record("news.withdraw", news, by=by, reason=reason, before=before)
    return news


def _locked(news_id: UUID) -> News:
    return News.objects.select_for_update(no_key=True).get(pk=news_id)
