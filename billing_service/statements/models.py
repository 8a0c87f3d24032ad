""":class:`StatementMonth`: how far the statements of a month that has ended are announced."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StatementMonth(models.Model):
    """A month whose statements are announced, to a portion of accounts after the other in the order of ids.

    ``month``: ``yyyy-mm``. ``announced_until``: the last account that was looked at. ``announced``: how many
    had operations. ``completed_at``: since when all have been looked at.
    """

    month = models.CharField(_("month"), primary_key=True, max_length=7, editable=False)
    announced_until = models.UUIDField(_("accounts looked at until"), null=True)
    announced = models.PositiveIntegerField(_("statements announced"), default=0)
    completed_at = models.DateTimeField(_("completed"), null=True)

    class Meta:
        verbose_name = _("month of statements")
        verbose_name_plural = _("months of statements")

    def __str__(self) -> str:
        return self.month
