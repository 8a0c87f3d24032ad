"""The networks that an operator allows webhooks to go to."""

from __future__ import annotations

import ipaddress

from django.core.exceptions import ImproperlyConfigured


def private_networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Networks, separated by commas.

    Raises:
        ImproperlyConfigured: one is none.
    """
    try:
        return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        raise ImproperlyConfigured(
            f"BIRZHA_PRIVATE_WEBHOOKS must be networks, as 127.0.0.1,10.0.0.0/8, not {text!r}."
        ) from None
