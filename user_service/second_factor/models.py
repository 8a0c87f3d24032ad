"""The second factor of a user: an app that shows codes, and recovery codes for when it is lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class SecondFactor(models.Model):
    """A user who has one is asked for a code at each sign-in.

    ``secret`` is encrypted (``encryption.py``). ``last_step``: the time step of the code that was used last;
    a code works once, and so does none before it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="second_factor", verbose_name=_("user")
    )
    secret = models.BinaryField(editable=False)
    last_step = models.BigIntegerField()
    turned_on_at = models.DateTimeField(_("turned on"), default=timezone.now)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.id)


class RecoveryCode(models.Model):
    """A recovery code that is not used yet; only a digest of it is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return self.digest[:12]
