"""API keys: what a user's programs sign in with. Only a digest of each is stored."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.auth.scopes import Scope
from servicekit.ids import new_id

NAME_MAX = 64
#: Characters of a key that are stored, to tell one's keys apart by.
HINT_LENGTH = 12


class ApiKey(models.Model):
    """A key that was made by a user, until it is revoked, or expires.

    ``id`` is also the session (``sid``) of the access tokens that it is exchanged for, so that revoking it
    refuses them everywhere as ending a session does. ``digest``: SHA-256 of the key, which is random enough
    (238 bits) not to need a slow one. ``last_used_at``: when it was exchanged last.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=NAME_MAX)
    scopes = ArrayField(
        models.CharField(max_length=8, choices=Scope.choices), verbose_name=_("scopes"), size=len(Scope)
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=HINT_LENGTH)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("user", "-created_at"), name="api_key_of_user"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(scopes__len__gt=0), name="api_key_scopes_given"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    @admin.display(description=_("usable"), boolean=True)
    def is_usable(self) -> bool:
        """Neither revoked nor expired."""
        is_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not is_expired
