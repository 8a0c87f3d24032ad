"""Revoked sessions, as a service knows them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class RevokedSession(models.Model):
    """A session whose tokens are refused; kept until the last of them has expired."""

    session_id = models.UUIDField(primary_key=True)
    tokens_expire_at = models.DateTimeField(db_index=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "revoked_sessions"
        verbose_name = _("revoked session")
        verbose_name_plural = _("revoked sessions")

    def __str__(self) -> str:
        return str(self.session_id)
