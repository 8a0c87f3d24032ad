"""The progress of the consistency check."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ConsistencyMark(models.Model):
    """One row: what has been checked and need not be checked again.

    ``number``: the latest journal entry that was checked. ``account_id``: of all accounts, checked in
    turn by their ids, the latest. ``breaches``: how many were found in all runs.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField(_("checked up to"), default=0)
    account_id = models.UUIDField(_("account"), null=True)
    checked_at = models.DateTimeField(_("checked"), null=True)
    breaches = models.BigIntegerField(_("breaches"), default=0)

    class Meta:
        verbose_name = _("consistency check")
        verbose_name_plural = _("consistency checks")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="consistency_has_one_mark")]

    def __str__(self) -> str:
        return f"{self.number}"
