"""The audit trail."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class AuditEntry(models.Model):
    """One action of an operator. The application may add and read rows; nobody can change or remove one.

    ``action``: such as ``account.freeze``. ``object_type``, ``object_id``: what it was done to, as the
    database knows it; ``object_name``: as it was called then. ``before``, ``after``: the values that
    mattered, as JSON. ``actor_id``: the operator; None for a command, whose ``actor_name`` is
    ``shell:<user>``.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(_("time"), db_default=Now())
    actor_id = models.UUIDField(_("operator's id"), null=True)
    actor_name = models.CharField(_("operator"), max_length=64)
    action = models.CharField(_("action"), max_length=64)
    object_type = models.CharField(_("kind of object"), max_length=64)
    object_id = models.CharField(_("object's id"), max_length=64)
    object_name = models.CharField(_("object"), max_length=200, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("operator's action")
        verbose_name_plural = _("operators' actions")
        db_table = "audit_entries"
        ordering = ("-id",)
        indexes = (models.Index(fields=["object_id"], name="audit_of_object"),)
        constraints = (
            models.CheckConstraint(condition=~Q(actor_name=""), name="audit_says_who"),
            models.CheckConstraint(condition=~Q(action=""), name="audit_says_what"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_name or self.object_id}"
