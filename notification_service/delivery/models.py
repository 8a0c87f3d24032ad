"""A :class:`Contact` per user, copied from user_service's events."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way to reach a user."""

    IN_APP = "in_app", _("in the application")


class Contact(models.Model):
    """Where and how a user is addressed.

    ``version`` is the sequence of the event it was copied from: an older event that arrives late
    changes nothing.
    """

    user_id = models.UUIDField(_("user"), primary_key=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    locale = models.CharField(_("language"), max_length=8)
    display_name = models.CharField(_("name"), max_length=150)
    version = models.PositiveIntegerField(_("version"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.display_name or str(self.user_id)
