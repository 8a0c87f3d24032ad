"""Users' names, copied from user_service's events."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A user's names.

    ``username`` is "" while only a changed profile was received; ``version`` is the sequence of the
    event with ``display_name``: an older one that arrives late changes nothing. ``closed``: the account is
    closed, and the name erased; the username stays, as nobody else can have it.
    """

    user_id = models.UUIDField(_("user"), primary_key=True, editable=False)
    username = models.CharField(_("username"), max_length=150, blank=True, default="")
    display_name = models.CharField(_("display name"), max_length=150, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=0)
    closed = models.BooleanField(_("account closed"), default=False, db_default=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        db_table = "people"
        indexes = (models.Index(Lower("username"), name="people_username"),)

    def __str__(self) -> str:
        return self.username or self.display_name or str(self.user_id)
