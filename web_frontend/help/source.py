"""Where the source of this exchange stands."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def source_url(request: HttpRequest) -> dict[str, str]:
    """``source_url`` for the foot of every page and the help; "" when the operator names none."""
    return {"source_url": settings.SOURCE_URL}
