"""In which language and time zone a page is written, and what day it is there: asked for once a page.

Django keeps both in a ``Local`` of asgiref, which takes 2.4 µs for each look, and a list looks at them some
four hundred times.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, tzinfo
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import get_language

from servicekit.numerals import Numerals, numerals

_of_page: ContextVar[PageLocale | None] = ContextVar("page_locale", default=None)


class PageLocale(NamedTuple):
    """How one visitor's page is written.

    Attributes:
        language: ``en`` or ``ru``.
        numerals: how the language writes numbers.
        zone: whose times are shown.
        today: the day it is in that zone.
    """

    language: str
    numerals: Numerals
    zone: tzinfo
    today: date


def page_locale() -> PageLocale:
    """The page's, or what is active now where no page is being made."""
    return _of_page.get() or _active()


@contextmanager
def fixed_page_locale() -> Iterator[None]:
    """Make a page in the language and zone that are active now; neither changes while it is made."""
    token = _of_page.set(_active())
    try:
        yield
    finally:
        _of_page.reset(token)


def _active() -> PageLocale:
    language, zone = get_language() or "en", timezone.get_current_timezone()
    return PageLocale(language, numerals(language), zone, timezone.now().astimezone(zone).date())
