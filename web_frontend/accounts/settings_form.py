"""The form of the settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from web_frontend.display import COLOURS, SHORTCUTS, THEMES, zones

TEXTS = {
    "system": _("As on this device"),
    "light": _("Light"),
    "dark": _("Dark"),
    "green_red": _("Gain green, loss red"),
    "red_green": _("Gain red, loss green"),
    "blue_orange": _("Gain blue, loss orange"),
    "on": _("On"),
    "off": _("Off"),
}


def _choices(values: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(value, TEXTS[value]) for value in values]


class DisplayForm(forms.Form):
    """Language, theme, colours, time zone, keys."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("Theme"), choices=_choices(THEMES))
    colours = forms.ChoiceField(label=_("Colors of gain and loss"), choices=_choices(COLOURS))
    zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("For times and dates on these pages and in files.")
    )
    shortcuts = forms.ChoiceField(
        label=_("Keyboard shortcuts"),
        choices=_choices(SHORTCUTS),
        help_text=_("Press / to search, arrow keys to move, Esc to close."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [("", _("As on this device")), *((name, name.replace("_", " ")) for name in zones())]
        self.fields["zone"].choices = names  # type: ignore[attr-defined]
