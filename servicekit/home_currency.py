"""The one currency that this exchange keeps every account in and quotes every instrument in."""

from __future__ import annotations

from django.conf import settings


def home_currency() -> str:
    """Its ISO 4217 code: the setting HOME_CURRENCY, which BIRZHA_CURRENCY chooses."""
    return settings.HOME_CURRENCY
