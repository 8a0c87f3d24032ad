"""How the pages look to one person (theme, colours, zone, keys, language), and the cookies that keep it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

#: A value of each; the first is that of who chose nothing.
THEMES = ("system", "light", "dark")
COLOURS = ("green_red", "red_green", "blue_orange")
SHORTCUTS = ("on", "off")


class Display(NamedTuple):
    """How the pages look to somebody.

    Attributes:
        theme: one of THEMES; ``system`` follows the device.
        colours: one of COLOURS: the colour of a gain, then that of a loss.
        shortcuts: whether keys such as ``/`` do something.
        zone: whose times are shown, an IANA name; "": the browser's.
    """

    theme: str = THEMES[0]
    colours: str = COLOURS[0]
    shortcuts: str = SHORTCUTS[0]
    zone: str = ""

    @property
    def attributes(self) -> SafeString:
        """What ``<html>`` has of it: nothing of what is as it comes."""
        shown = self._asdict() | {"zone": ""}
        chosen = {name: value for name, value in shown.items() if value != DEFAULT._asdict()[name]}
        return format_html_join("", ' data-{}="{}"', chosen.items())


DEFAULT = Display()


def display_of(request: HttpRequest) -> Display:
    """What the cookie says; what it says that is unknown, or too long, is as if nothing was chosen."""
    return _parsed(request.COOKIES.get(settings.DISPLAY_COOKIE_NAME, "")[:200])


@lru_cache(maxsize=1024)
def _parsed(cookie: str) -> Display:
    try:
        choices = dict(parse_qsl(cookie, max_num_fields=8))
    except ValueError:
        choices = {}
    known = {"theme": THEMES, "colours": COLOURS, "shortcuts": SHORTCUTS, "zone": zones()}
    return Display(**{name: choices[name] for name, values in known.items() if choices.get(name) in values})


def display_remember(response: HttpResponse, display: Display) -> None:
    """Put it into its cookie for a year."""
    _remember(response, settings.DISPLAY_COOKIE_NAME, urlencode(display._asdict()), httponly=True)


def language_remember(response: HttpResponse, language: str) -> None:
    """Put a language into its cookie for a year."""
    _remember(response, settings.LANGUAGE_COOKIE_NAME, language)


def _remember(response: HttpResponse, name: str, value: str, *, httponly: bool = False) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=httponly,
    )


@cache
def zones() -> tuple[str, ...]:
    """The time zones that can be chosen: those of places, by name."""
    names = sorted(name for name in available_timezones() if "/" in name)
    return ("UTC", *(name for name in names if not name.startswith(("Etc/", "posix/", "right/"))))


def display(request: HttpRequest) -> dict[str, Display]:
    """``display`` in every template."""
    return {"display": display_of(request)}
