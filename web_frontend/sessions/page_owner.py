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
