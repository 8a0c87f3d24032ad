"""``{% url %}`` of the pages: what a name's address is never changes while a process runs.

Django works it out anew each time, which is 17 µs; a page has a dozen and each row of a list up to three.
Built into every template (settings.TEMPLATES), in place of Django's own.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from django import template
from django.template.base import FilterExpression, Node, Parser, Token
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

register = template.Library()

#: An id as the API writes it, and the one whose addresses are remembered for all others.
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANY_ID = "00000000-0000-0000-0000-000000000000"


def address(name: str, key: str = "") -> str:
    """The address of a page.

    Args:
        name: of the page in ``urls.py``.
        key: the ticker or the id in its address, if it has one.

    Raises:
        NoReverseMatch: there is no such page.
    """
    if ID.fullmatch(str(key)):
        return str(key).join(_around_id(name))
    return _address(name, key)


@lru_cache(maxsize=4096)
def _address(name: str, key: str) -> str:
    return reverse(name, args=[key] if key else [])


@cache
def _around_id(name: str) -> list[str]:
    return _address(name, ANY_ID).split(ANY_ID)


class AddressNode(Node):
    """``{% url 'cash' %}``, ``{% url 'instrument' row.ticker %}``, ``{% url 'cash' as address %}``."""

    child_nodelists = ()

    def __init__(self, name: str, key: FilterExpression | None, variable: str) -> None:
        self.name, self.key, self.variable = name, key, variable

    def render(self, context: template.Context) -> SafeString:
        """The address, or nothing when a variable takes it."""
        found = address(self.name, self.key.resolve(context) if self.key else "")
        if not self.variable:
            return escape(found)
        context[self.variable] = found
        return SafeString("")


@register.tag("url")
def url(parser: Parser, token: Token) -> AddressNode:
    """Read the tag: a page's name, the key in its address if there is one, and ``as`` a variable."""
    tag, *parts = token.split_contents()
    variable = ""
    if len(parts) > 2 and parts[-2] == "as":
        variable = parts.pop()
        parts.pop()
    if len(parts) not in (1, 2) or parts[0][0] not in "'\"":
        raise template.TemplateSyntaxError(f"{tag} takes a page's name in quotes and at most one key")
    name, *key = parts
    return AddressNode(name.strip("'\""), parser.compile_filter(key[0]) if key else None, variable)
