"""``{% url %}`` of the pages: what a name's address is never changes while a process runs.

Django works it out anew each time, which is 17 µs; a page has a dozen and each row of a list up to three.
Built into every template (settings.TEMPLATES), in place of Django's own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django import template
from django.urls import reverse

register = template.Library()

#: An id as the API writes it, and the one whose addresses are remembered for all others.
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANY_ID = "00000000-0000-0000-0000-000000000000"


@register.simple_tag(name="url")
def address(name: str, key: str = "") -> str:
    """The address of a page: ``{% url 'cash' %}``, ``{% url 'instrument' row.ticker %}``.

    Args:
        name: of the page in ``urls.py``.
        key: the ticker or the id in its address, if it has one.

    Raises:
        NoReverseMatch: there is no such page.
    """
    if ID.fullmatch(str(key)):
        return _address(name, ANY_ID).replace(ANY_ID, str(key))
    return _address(name, key)


@lru_cache(maxsize=4096)
def _address(name: str, key: str) -> str:
    return reverse(name, args=[key] if key else [])
