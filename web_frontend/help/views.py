"""``/help``: first steps, and the words of a ticket; for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web_frontend.help.glossary import GLOSSARY


@require_safe
def help_show(request: HttpRequest) -> HttpResponse:
    """The page; each word has an address of its own, such as ``/help#lot``."""
    return render(request, "help/page.html", {"glossary": GLOSSARY})
