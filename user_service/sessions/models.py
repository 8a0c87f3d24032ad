"""Sessions: where a user is signed in. Tokens name their session (``sid``); ending it ends them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from user_service.sessions.browsers import browser_name

USER_AGENT_MAX = 256


class RevokedReason(models.TextChoices):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out", _("signed out")
    REFRESH_REUSED = "refresh_reused", _("a used refresh token came again")
    DISABLED = "disabled", _("the user was disabled")
    BY_OPERATOR = "by_operator", _("ended by an operator")
    BY_USER = "by_user", _("ended by the user from elsewhere")
    REPLACED = "replaced", _("signed in anew over it")
    TOO_MANY = "too_many", _("too many sessions: the one unused longest")
    PASSWORD_CHANGED = "password_changed", _("the password was changed")
    EMAIL_CHANGED = "email_changed", _("the e-mail was changed")


class Session(models.Model):
    """One sign-in, until it is signed out, revoked, not used for the life of a refresh token, or too old.

    ``refresh_jti`` is the one refresh token that is still good; each refresh replaces it, at
    ``last_seen_at``, and ``previous_jti`` is the one before it, for who has not heard the answer. No token
    can be made from an id without the signing key. An operator's session for the admin sites has none:
    it ends at ``expires_at``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sessions", verbose_name=_("user")
    )
    created_at = models.DateTimeField(_("signed in"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    user_agent = models.CharField(_("browser"), max_length=USER_AGENT_MAX, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True, blank=True)
    refresh_jti = models.UUIDField(null=True, blank=True)
    previous_jti = models.UUIDField(null=True, blank=True)
    revoked_at = models.DateTimeField(_("ended"), null=True, blank=True)
    revoked_reason = models.CharField(_("why"), max_length=16, choices=RevokedReason.choices, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("user", "-created_at"), name="session_of_user"),
            models.Index(fields=("expires_at",), name="session_expiry"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_reason="")
                | (models.Q(revoked_at__isnull=False) & ~models.Q(revoked_reason="")),
                name="session_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="session_expires_later"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    @admin.display(description=_("browser"))
    def browser(self) -> str:
        """The browser in words, ``Firefox on Windows``."""
        return browser_name(self.user_agent)
