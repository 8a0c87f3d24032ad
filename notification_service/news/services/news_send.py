"""Sends released news to its readers, a portion in a transaction."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from notification_service.inbox.services import NewNotification, notifications_create
from notification_service.kinds import Kind
from notification_service.news.models import News, NewsState
from notification_service.news.selectors import readers_left

#: To how many it is sent in one transaction: nobody's fill waits for more.
PORTION = 500


@transaction.atomic
def news_send(*, limit: int = PORTION) -> bool:
    """Send the news that was released first to its next readers, over the channels of each.

    A reader gets it once: the id that stands for the event is made of the news and the reader.

    Returns:
        Whether there was anything to do.
    """
    due = News.objects.filter(state=NewsState.RELEASED, begins_at__lte=timezone.now())
    news = due.order_by("begins_at").select_for_update(skip_locked=True, no_key=True).first()
    if news is None:
        return False
    readers = readers_left(news, limit)
    notifications_create([_news_for(news, user_id) for user_id in readers])
    news.sent_count += len(readers)
    news.sent_up_to = readers[-1] if readers else news.sent_up_to
    if len(readers) < limit:
        news.state, news.ended_at = NewsState.SENT, timezone.now()
    news.save(update_fields=["sent_count", "sent_up_to", "state", "ended_at"])
    return True


def _news_for(news: News, user_id: UUID) -> NewNotification:
    return NewNotification(
        kind=Kind.OPERATOR_NEWS,
        user_id=user_id,
        source_event_id=uuid5(news.id, str(user_id)),
        params={
            "news_id": news.id,
            "title": {"en": news.title_en, "ru": news.title_ru},
            "body": {"en": news.body_en, "ru": news.body_ru},
        },
    )
