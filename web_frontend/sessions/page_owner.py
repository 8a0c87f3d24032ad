"""Whose page a fragment is for: another tab of the browser may have signed in as somebody else since."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest

from web_frontend.sessions.tokens import is_signed_in

#: The header by which every fragment that a page asks for says whose page it is.
HEADER = "X-Page-Owner"


def page_owner(request: HttpRequest) -> str:
    """Who is signed in, in few letters that tell nobody's name; "" for nobody."""
    if not is_signed_in(request):
        return ""
    return hashlib.sha256(request.session.get("name", "").encode()).hexdigest()[:12]


def is_anothers(request: HttpRequest) -> bool:
    """Whether the page was made for somebody else than who is signed in now."""
    asked = request.headers.get(HEADER, "")
    return bool(asked) and page_owner(request) not in ("", asked)


def is_nobodys_part(request: HttpRequest) -> bool:
    """Whether a part is read for a page that was made for somebody, and nobody is signed in any more.

    What a form sends tells that it was not done, and the whole page that is gone back to is a stranger's.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    is_read = bool(htmx) and request.method in ("GET", "HEAD") and not htmx.history_restore_request
    return is_read and bool(request.headers.get(HEADER)) and not page_owner(request)
