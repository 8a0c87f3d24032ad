"""The use-cases of operators' news; the only writers of :class:`~notification_service.news.models.News`."""

from __future__ import annotations

from notification_service.news.services.news_change import news_release, news_withdraw, news_write
from notification_service.news.services.news_send import news_send
