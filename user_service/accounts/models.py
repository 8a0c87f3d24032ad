"""Users. Usernames and e-mails are unique, ignoring case."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.validators import EmailValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id

USERNAME_MIN = 3
USERNAME_MAX = 32
EMAIL_MAX = 254
DISPLAY_NAME_MAX = 64

username_characters = RegexValidator(
    r"^[A-Za-z0-9_.-]*\Z",
    _("Use only Latin letters, digits and the signs _ . -"),
    code="username_invalid",
)
email_address = EmailValidator(_("This is not an e-mail address."), code="email_invalid")
printable = RegexValidator(
    r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]",
    _("Line breaks and control characters are not allowed."),
    code="display_name_invalid",
    inverse_match=True,
)


class Locale(models.TextChoices):
    """Birzha's languages."""

    EN = "en", _("English")
    RU = "ru", _("Russian")


class Theme(models.TextChoices):
    """How light the pages are; "" as each browser was told."""

    SYSTEM = "system", _("as on the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class Colours(models.TextChoices):
    """The colour of a gain, then that of a loss; "" as each browser was told."""

    GREEN_RED = "green_red", _("gain green, loss red")
    RED_GREEN = "red_green", _("gain red, loss green")
    BLUE_ORANGE = "blue_orange", _("gain blue, loss orange")


class UserManager(models.Manager["User"]):
    """What ``django.contrib.auth`` expects of a user model's manager; creating is a use-case."""

    def get_by_natural_key(self, username: str) -> User:
        """The user of that name, in any case."""
        return self.alias(folded=Lower("username")).get(folded=Lower(models.Value(username)))


class User(AbstractBaseUser, PermissionsMixin):
    """A customer, or an operator when ``is_staff``.

    ``version`` counts the events about this user: 1 is the registration. ``closed_at``: since when the
    account is closed, for good; its personal fields are erased, and nobody else can have its username.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(_("username"), max_length=USERNAME_MAX, validators=[username_characters])
    email = models.CharField(_("e-mail"), max_length=EMAIL_MAX, validators=[email_address])
    display_name = models.CharField(
        _("display name"), max_length=DISPLAY_NAME_MAX, blank=True, validators=[printable]
    )
    locale = models.CharField(_("language"), max_length=2, choices=Locale.choices, default=Locale.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(
        _("theme"), max_length=8, choices=Theme.choices, blank=True, default="", db_default=""
    )
    colours = models.CharField(
        _("colours of gain and loss"),
        max_length=12,
        choices=Colours.choices,
        blank=True,
        default="",
        db_default="",
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    email_confirmed_at = models.DateTimeField(_("e-mail confirmed"), null=True, editable=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    #: Sessions know when somebody was seen; no second record of it.
    last_login = None  # type: ignore[assignment]

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(
                condition=models.Q(username__regex=rf"^[A-Za-z0-9_.-]{{{USERNAME_MIN},{USERNAME_MAX}}}$"),
                name="user_username_form",
            ),
            models.CheckConstraint(condition=models.Q(locale__in=Locale.values), name="user_locale_known"),
            models.CheckConstraint(
                condition=models.Q(closed_at=None)
                | models.Q(is_active=False, display_name="", email__endswith="@closed.invalid"),
                name="user_closed_is_erased",
            ),
        )

    def __str__(self) -> str:
        return self.username


class LinkPurpose(models.TextChoices):
    """What a link in a mail is for."""

    CONFIRM_EMAIL = "confirm_email", _("confirm the e-mail")
    CHANGE_EMAIL = "change_email", _("change the e-mail")
    RESET_PASSWORD = "reset_password", _("reset the password")


class AccountLink(models.Model):
    """A link that was mailed to ``email``: it works once, until ``expires_at``.

    Its text is made of the id (:mod:`servicekit.auth.links`) and stands nowhere. Without a user it works
    never: nobody had the address that was typed, and whoever typed it cannot tell. ``session_id``: of whoever
    asked for a new address; it stays open.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="links", verbose_name=_("user"))
    purpose = models.CharField(_("purpose"), max_length=16, choices=LinkPurpose.choices)
    email = models.CharField(_("e-mail"), max_length=EMAIL_MAX, blank=True)
    session_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        indexes = (models.Index(fields=("expires_at",), name="account_link_expiry"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"


class SignInAttempts(models.Model):
    """Consecutive wrong passwords for one account, or for it from one known place.

    ``key`` is a digest of either; ``next_at``: when the next try is looked at.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("last_at",), name="sign_in_attempts_age"),)

    def __str__(self) -> str:
        return self.key[:12]


class DailyCount(models.Model):
    """How often something was done on the last day it was done, for the quotas.

    ``who``: an account's id, or an address, of IPv6 its network; of mails a digest of where they go. A row
    begins anew with the first time of a day (UTC); those of past days are deleted.
    """

    class Action(models.TextChoices):
        SIGN_UP = "sign_up", _("sign-ups")
        SIGN_IN = "sign_in", _("sign-ins")
        CHANGE = "change", _("changes of the profile")
        LINK = "link", _("mails with a link")
        RESET = "reset", _("forgotten passwords")

    action = models.CharField(_("action"), max_length=16, choices=Action.choices, db_column="what")
    who = models.CharField(_("who"), max_length=64)
    day = models.DateField(_("day, UTC"))
    count = models.PositiveIntegerField(_("times"))

    class Meta:
        verbose_name = _("count of a day")
        verbose_name_plural = _("counts of the day")
        constraints = (models.UniqueConstraint(fields=("action", "who"), name="daily_count_once"),)

    def __str__(self) -> str:
        return f"{self.action} {self.who}: {self.count}"
