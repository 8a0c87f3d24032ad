"""``{% translate %}`` of the pages: a constant text is looked up once for each language.

Django looks it up anew each time, which is 6 µs; a page has some forty, and each row of a list up to three.
Built into every template (settings.TEMPLATES), in place of Django's own, which does all the rest.
"""

from __future__ import annotations

from django import template
from django.template.base import Node, Parser, Token, Variable
from django.templatetags.i18n import TranslateNode, do_translate

from web_frontend.page_locale import page_locale

register = template.Library()


class ConstantNode(Node):
    """A text that is the same on all pages of a language."""

    child_nodelists = ()

    def __init__(self, translated: TranslateNode) -> None:
        self._translated = translated
        self._words: dict[str, str] = {}

    def render(self, context: template.Context) -> str:
        """The text in the page's language."""
        language = page_locale().language
        if language not in self._words:
            self._words[language] = self._translated.render(context)
        return self._words[language]


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    """Read the tag as Django does: ``{% translate "Buy" context "verb" %}``."""
    node = do_translate(parser, token)
    return ConstantNode(node) if _is_constant(node) else node


def _is_constant(node: TranslateNode) -> bool:
    text, context = node.filter_expression, node.message_context
    return (
        not node.asvar
        and isinstance(text.var, Variable)
        and text.var.lookups is None
        and not text.filters
        and (context is None or not context.is_var)
    )
