""":class:`News` of an operator, and how far it has been told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id

TITLE_MAX = 100
BODY_MAX = 2000
#: The most people that are told by name; a class, or a school.
RECIPIENTS_MAX = 1000


class NewsState(models.TextChoices):
    """Of news. What is sent or withdrawn stays so."""

    DRAFT = "draft", _("draft")
    RELEASED = "released", _("being sent")
    SENT = "sent", _("sent")
    WITHDRAWN = "withdrawn", _("withdrawn")


class News(models.Model):
    """Plain text in both languages. It is never changed: what is wrong is withdrawn and written anew.

    ``recipients``: the users that it is for; empty: everybody. Once released, it is sent from ``begins_at``
    on, to a portion of readers after the other in the order of their ids: ``sent_up_to`` is the last one,
    ``sent_count`` how many.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title_en = models.CharField(_("title in English"), max_length=TITLE_MAX)
    title_ru = models.CharField(_("title in Russian"), max_length=TITLE_MAX)
    body_en = models.TextField(_("text in English"), max_length=BODY_MAX)
    body_ru = models.TextField(_("text in Russian"), max_length=BODY_MAX)
    recipients = ArrayField(models.UUIDField(), verbose_name=_("for"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=NewsState.choices, default=NewsState.DRAFT)
    written_by = models.CharField(_("written by"), max_length=64)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    begins_at = models.DateTimeField(_("sent from"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    sent_count = models.PositiveIntegerField(_("people told"), default=0, db_column="told")
    sent_up_to = models.UUIDField(null=True, editable=False, db_column="told_until")

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        constraints = (
            models.CheckConstraint(name="news_state", condition=Q(state__in=NewsState.values)),
            models.CheckConstraint(
                name="news_told_once_released", condition=Q(sent_count=0) | Q(begins_at__isnull=False)
            ),
        )
        indexes = (models.Index(fields=["begins_at"], condition=Q(state="released"), name="news_to_tell"),)

    def __str__(self) -> str:
        return self.title_en
