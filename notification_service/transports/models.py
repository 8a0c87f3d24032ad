""":class:`Mail`: a sent e-mail, for the operators' mailbox; it has no table of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from notification_service.delivery.models import Delivery


class Mail(Delivery):
    """A delivery over e-mail."""

    class Meta:
        proxy = True
        verbose_name = _("mail")
        verbose_name_plural = _("mailbox")
