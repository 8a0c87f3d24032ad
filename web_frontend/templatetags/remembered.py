"""``{% remembered %}`` of the pages: a part of a page is written once, for whoever sees the same one.

A row of a list takes Django's templates 60 to 150 µs, and most rows of a page are those of the last look at
it: what has ended stays as it is, and everybody sees the same market. Built into every template
(settings.TEMPLATES).
"""

from __future__ import annotations

from functools import lru_cache
from secrets import token_hex
from typing import Any

import orjson
from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString

from web_frontend.page_locale import PageLocale, page_locale

register = template.Library()

#: How many parts a process remembers, each some 3 kB with the values that it was written of; a part of longer
#: values than that, such as an address that somebody made up, is written each time.
PARTS, VALUES_BYTES = 4096, 2048
#: How many lists a process remembers besides, each by its values, some 30 kB; its rows are remembered parts.
LISTS, LIST_BYTES = 64, 64 * 1024
#: Stands in a remembered part for the token of its forms, which is another one on each page. Nobody can guess
#: it, so that no text in a part has it.
TOKEN = token_hex(16)


@register.simple_tag(takes_context=True)
def remembered(context: template.Context, template_name: str, **values: Any) -> SafeString:
    """A part of a page: an ``include`` that sees nothing but the values that it is given.

    ``{% remembered "orders/row.html" order=order kind=kind %}``

    Args:
        values: what the template shows: JSON, as the API gives it, or a dataclass of such values. The part is
            remembered by them and by the page's language, zone and day.
    """
    return _with_token(context, written_part(template_name, values, page_locale()))


@register.simple_tag(takes_context=True)
def remembered_rows(context: template.Context, template_name: str, **values: Any) -> SafeString:
    """The rows of a list, each :func:`remembered`, and all of them as a list that is looked at again.

    ``{% remembered_rows "orders/row.html" order=answer.results kind=kind %}``

    Args:
        values: the first is the list, by the name that the template has for a row; the others are for all.
    """
    return _with_token(context, "".join(written_rows(template_name, **values)))


def written_rows(template_name: str, **values: Any) -> tuple[SafeString, ...]:
    """The same before they are put into a page, for who has something else to wait for meanwhile."""
    page, shown = page_locale(), orjson.dumps(values)
    if len(shown) > LIST_BYTES or settings.DEBUG:
        return _written_rows.__wrapped__(template_name, shown, page)
    return _written_rows(template_name, shown, page)


@lru_cache(maxsize=LISTS)
def _written_rows(template_name: str, values: bytes, page: PageLocale) -> tuple[SafeString, ...]:
    (name, rows), *others = orjson.loads(values).items()
    shared = dict(others)
    return tuple(written_part(template_name, {name: row, **shared}, page) for row in rows)


def written_part(template_name: str, values: dict[str, Any], page: PageLocale) -> SafeString:
    """A part of a page as it is remembered; what stands for a form's token is still in it."""
    shown = orjson.dumps(values)
    is_kept = len(shown) <= VALUES_BYTES and not settings.DEBUG  # a template that is worked on shows at once
    return (_written if is_kept else _written.__wrapped__)(template_name, shown, page)


def _with_token(context: template.Context, text: str) -> SafeString:
    return SafeString(text.replace(TOKEN, str(context.get("csrf_token", ""))) if TOKEN in text else text)


@lru_cache(maxsize=PARTS)
def _written(template_name: str, values: bytes, page: PageLocale) -> SafeString:
    """The part of these values. How they are written is the page's, so it stands among the arguments."""
    return SafeString(get_template(template_name).render({**orjson.loads(values), "csrf_token": TOKEN}))
