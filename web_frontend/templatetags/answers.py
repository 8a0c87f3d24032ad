"""``{% wait_for_answers %}``: the place in a page before which nothing of the API's answers is needed.

Built into every template (settings.TEMPLATES).
"""

from __future__ import annotations

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def wait_for_answers(context: template.Context) -> str:
    """Nothing; from here on the page has what its view has asked for (:func:`web_frontend.pages.show_early`).

    Raises:
        Whatever the view's ``answered`` raises.
    """
    if "answered" in context:
        values, _ = context["answered"]()
        for name, value in values.items():
            context[name] = value
    return ""
