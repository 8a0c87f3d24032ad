"""What an access token allows: a person's everything that is theirs, an API key's what its owner chose."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """What an API key may do: words of the claim ``scope``."""

    READ = "read", _("read")
    TRADE = "trade", _("trade")
