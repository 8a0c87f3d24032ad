"""Describes a User-Agent header: ``Firefox on Windows``, so that people recognise their devices."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

#: Name and what stands for it; the first that is found counts, since browsers also name others.
_BROWSERS = (
    ("Yandex Browser", r"YaBrowser/"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"Version/.*Safari/"),
)
_SYSTEMS = (
    ("Windows", r"Windows"),
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)
#: What programs call themselves: ``python-httpx/0.28.1``, ``curl/8.5.0``.
_PROGRAM = re.compile(r"([A-Za-z][\w.+ -]{0,39})(?:/(\d[\w.]{0,15}))?(?:\s|$)")


def browser_name(user_agent: str) -> str:
    """The browser and the system, or the program, that a User-Agent header names."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    if browser or system:
        return browser or system
    program = _PROGRAM.match(user_agent)
    return " ".join(filter(None, program.groups())) if program else _("an unknown program")


def device_name(words: str) -> str:
    """English words of :func:`browser_name`, as they are kept, in the reader's language."""
    browser, on, system = words.partition(" on ")
    if on:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return _("an unknown program") if words == "an unknown program" else words


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, sign in names if re.search(sign, user_agent)), "")
