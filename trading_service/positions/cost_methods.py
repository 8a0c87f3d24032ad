"""The setting of the cost method: average cost or FIFO."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

#: ``average``: each unit that is held costs the same. ``fifo``: first in, first out.
COST_METHODS = ("average", "fifo")


def cost_method(text: str) -> str:
    """What the variable BIRZHA_COST_METHOD says.

    Raises:
        ImproperlyConfigured: no such method.
    """
    if text not in COST_METHODS:
        raise ImproperlyConfigured(f"BIRZHA_COST_METHOD={text!r}: must be one of {', '.join(COST_METHODS)}")
    return text
