"""Sessions: where a user is signed in. Tokens name their session (``sid``); ending it ends them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from user_service.sessions.browsers import browser_name, device_name

USER_AGENT_MAX = 256
DEVICE_MAX = 64


class RevokedReason(models.TextChoices):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out", _("signed out")
    REFRESH_REUSED = "refresh_reused", _("a used refresh token came again")
    DISABLED = "disabled", _("the user was disabled")
    BY_OPERATOR = "by_operator", _("ended by an operator")
    BY_USER = "by_user", _("ended by the user from elsewhere")
    REPLACED = "replaced", _("replaced by a new sign-in")
    TOO_MANY = "too_many", _("too many sessions: the one unused longest")
    PASSWORD_CHANGED = "password_changed", _("the password was changed")
    PASSWORD_RESET = "password_reset", _("the password was reset by a mailed link")
    EMAIL_CHANGED = "email_changed", _("the e-mail was changed")
    SECOND_FACTOR = "second_factor", _("the second factor was turned on or off")
    FACTOR_MISSING = "factor_missing", _("an operator without the second factor that is required")
    CLOSED = "closed", _("the account was closed")


class Session(models.Model):
    """One sign-in, until it is signed out, revoked, not used for the life of a refresh token, or too old.

    ``refresh_jti`` is the one refresh token that is still good; each refresh replaces it, at
    ``last_seen_at``, and ``previous_jti`` is the one before it, for a client that lost the response. No token
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


class SignInMethod(models.TextChoices):
    """The method of a sign-in attempt."""

    TOKEN = "token", _("sign-in")
    ADMIN = "admin", _("the operators' sign-in")
    SIGN_UP = "sign_up", _("sign-up")
    PASSWORD = "password", _("change of password")
    EMAIL = "email", _("change of e-mail")
    REFRESH = "refresh", _("refresh of a session")
    SECOND_FACTOR = "second_factor", _("change of the second factor")
    CLOSING = "closing", _("closing of the account")


class Outcome(models.TextChoices):
    """The outcome of a sign-in attempt."""

    SIGNED_IN = "signed_in", _("signed in")
    WRONG_PASSWORD = "wrong_password", _("wrong password")
    UNKNOWN_NAME = "unknown_name", _("no such user")
    DISABLED = "disabled", _("the user is disabled")
    NO_OPERATOR = "no_operator", _("not an operator")
    TOO_MANY_ATTEMPTS = "too_many_attempts", _("too many wrong passwords")
    REFRESH_REUSED = "refresh_reused", _("a used refresh token came again")
    CODE_REQUIRED = "code_required", _("right password, a code was asked for")
    WRONG_CODE = "wrong_code", _("right password, wrong code")


class SignIn(models.Model):
    """Sign-in attempts for one user from one place within an hour: their number and outcome.

    What was typed as a name or a password is nowhere: of a name that nobody has, only the place is known.
    ``key`` is a digest of all that makes it one row. ``device``: the browser and the system in English words.
    ``new_device``, ``new_address``: a sign-in by what none of the user's kept ones had, the first excepted.
    The user is no constraint: removing one removes nothing here.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="sign_ins",
        verbose_name=_("user"),
    )
    method = models.CharField(_("by"), max_length=16, choices=SignInMethod.choices)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices)
    at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("time"))
    count = models.PositiveIntegerField(_("times"), default=0)
    device = models.CharField(_("device"), max_length=DEVICE_MAX, blank=True)
    ip = models.GenericIPAddressField(_("address"), null=True)
    new_device = models.BooleanField(_("new device"), default=False)
    new_address = models.BooleanField(_("new address"), default=False)

    class Meta:
        verbose_name = _("sign-in attempt")
        verbose_name_plural = _("sign-ins and failures")
        ordering = ("-last_at", "-id")
        indexes = (
            models.Index(fields=("user", "-last_at"), name="sign_in_of_user"),
            models.Index(fields=("-last_at",), name="sign_in_age"),
            models.Index(fields=("ip", "-last_at"), name="sign_in_address"),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.last_at:%Y-%m-%d %H:%M:%S}"

    @property
    def browser(self) -> str:
        """The device in the reader's words."""
        return device_name(self.device)
