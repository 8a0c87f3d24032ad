"""How the fields of forms are drawn: ours around Django's inputs.

An input is one line of HTML. Django renders four nested templates for each, and two more for each option of a
choice, which was a fifth of what the history's page costs: inputs and choices are written by Python itself.
"""

from __future__ import annotations

from typing import Any

from django.forms import renderers
from django.utils.html import conditional_escape as escaped

_TEMPLATES = "django/forms/widgets"
_INPUTS = {f"{_TEMPLATES}/{kind}.html" for kind in ("text", "date", "email", "hidden", "password")}


class FieldRenderer(renderers.TemplatesSetting):
    """Label, input, help and errors of one field, as templates/forms/field.html draws them."""

    field_template_name = "forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The HTML of a field, or of the widget in it, as its template would draw it."""
        if template_name in _INPUTS:
            return _input(context["widget"])
        if template_name == f"{_TEMPLATES}/select.html" and not _is_grouped(context["widget"]):
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: dict[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escaped(str(widget["value"]))}"'
    return f'<input type="{widget["type"]}" name="{escaped(widget["name"])}"{value}{_attributes(widget)}>'


def _is_grouped(widget: dict[str, Any]) -> bool:
    return any(name for name, _, _ in widget["optgroups"])


def _select(widget: dict[str, Any]) -> str:
    options = "".join(_option(option) for _, group, _ in widget["optgroups"] for option in group)
    return f'<select name="{escaped(widget["name"])}"{_attributes(widget)}>{options}\n</select>'


def _option(option: dict[str, Any]) -> str:
    value, words = escaped(str(option["value"])), escaped(option["label"])
    return f'\n  <option value="{value}"{_attributes(option)}>{words}</option>\n'


def _attributes(widget: dict[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escaped(str(value))}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )
