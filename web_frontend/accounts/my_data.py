"""``/security/my-data.zip``: all that Birzha knows of somebody, in one file.

Each service answers for its part, all at once. Lists that grow without end are in it up to a bound; the file
says where all of them are.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from web_frontend.gateway_client import GatewayRequest, cursor
from web_frontend.pages import fetch_all, signed_in

#: The file's parts, each by its address, in one answer.
PARTS = {
    "profile": "/api/v1/users/me/export",
    "account": "/api/v1/account",
    "positions": "/api/v1/positions",
    "watchlist": "/api/v1/watchlist",
    "alerts": "/api/v1/alerts",
    "notification-preferences": "/api/v1/notification-preferences",
}
#: Those that come in pages, of :data:`PAGE` rows each, :data:`PAGES` at most.
LISTS = {
    "orders": "/api/v1/orders",
    "operations": "/api/v1/operations",
    "notifications": "/api/v1/notifications",
}
PAGE, PAGES = 200, 5


@require_safe
@signed_in
def my_data(request: GatewayRequest) -> HttpResponse:
    """The file, a ZIP of JSON."""
    names = [*PARTS, *LISTS]
    wanted: list[Callable[[], Any]] = [
        *(request.gateway.ask(path) for path in PARTS.values()),
        *(_list(request, path) for path in LISTS.values()),
    ]
    found = dict(zip(names, fetch_all(request, *wanted), strict=True))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("README.txt", _readme(request))
        for name, value in found.items():
            file.writestr(f"{name}.json", json.dumps(value, ensure_ascii=False, indent=2))
    response = HttpResponse(packed.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="birzha-data-{timezone.localdate()}.zip"'
    return response


def _list(request: GatewayRequest, path: str) -> Callable[[], Any]:
    first = request.gateway.ask(path, page_size=PAGE)

    def read() -> dict[str, Any]:
        page = first()
        rows, pages = list(page["results"]), 1
        while page["next"] and pages < PAGES:
            page = request.gateway.get(path, page_size=PAGE, cursor=cursor(page["next"]))
            rows += page["results"]
            pages += 1
        return {"complete": not page["next"], "results": rows}

    return read


def _readme(request: GatewayRequest) -> str:
    text = _(
        "What Birzha knows of %(name)s. Times are in UTC. Of orders, operations and notifications these are "
        "the latest %(most)d at most; all of them are on the pages Orders, History (as CSV and XLSX, too) "
        "and Notifications, and in the API. Of passwords and keys there is nothing here: Birzha does not "
        "have them."
    )
    return text % {"name": request.session.get("name", ""), "most": PAGE * PAGES} + "\n"
