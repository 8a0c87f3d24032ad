""":class:`Preferences` of a user who chose something; everybody else has the defaults."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

#: How long fills are gathered into one message (s), where the user chose nothing.
GATHER_S = 60


class Preferences(models.Model):
    """What a user chose.

    ``chosen`` is kind → its external channels, joined by commas ("" is none); a kind that is not in it has
    the channels of :func:`notification_service.kinds.channels_by_default`. Quiet hours are wall-clock times
    in ``time_zone``, and may go past midnight; both are null where there are none.
    """

    user_id = models.UUIDField(_("user"), primary_key=True, editable=False)
    chosen = models.JSONField(_("channels by kind"), default=dict)
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_until = models.TimeField(_("quiet until"), null=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    gather_s = models.PositiveIntegerField(_("gather fills for (s)"), default=GATHER_S)
    webhook_url = models.CharField(_("webhook address"), max_length=500, blank=True, default="")
    webhook_secret = models.CharField(_("webhook secret"), max_length=80, blank=True, default="")
    messenger_url = models.CharField(_("messenger address"), max_length=500, blank=True, default="")
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        constraints = (
            models.CheckConstraint(
                name="preferences_quiet_hours",
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
            ),
        )

    def __str__(self) -> str:
        return str(self.user_id)
