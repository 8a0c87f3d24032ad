"""Errors of delivery."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class DeliveryNotFailed(DomainError):
    """It is still being tried, or was sent."""

    code = "delivery_not_failed"
    status = 409
    title = _("Not failed")
    message = _("This delivery has not failed: it is still being tried, or it was sent.")
