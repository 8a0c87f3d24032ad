"""One page with every service's OpenAPI document, drawn by Swagger UI, and what each error code means."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web_frontend.docs.codes import CODES


@require_safe
@csp_replace({"default-src": [NONE], "style-src": [SELF, UNSAFE_INLINE]})
def docs_show(request: HttpRequest) -> HttpResponse:
    """Swagger UI writes styles into its elements, so this page alone allows inline styles."""
    urls = [{"name": slug, "url": f"/api/v1/{slug}/schema"} for slug in settings.API_DOCUMENTS]
    return render(request, "docs/page.html", {"urls": urls, "codes": CODES})
