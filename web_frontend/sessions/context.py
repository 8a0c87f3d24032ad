"""The visitor, for the header of every page, error pages included."""

from __future__ import annotations

from django.http import HttpRequest
from redis.exceptions import RedisError

from web_frontend.sessions.page_owner import page_owner
from web_frontend.sessions.tokens import is_signed_in


def visitor(request: HttpRequest) -> dict[str, str]:
    """``visitor``, the signed-in user's name, and ``page_owner``: "" for nobody, or while Redis is down."""
    try:
        name = request.session.get("name", "") if is_signed_in(request) else ""
        return {"visitor": name, "page_owner": page_owner(request)}
    except RedisError:
        return {"visitor": "", "page_owner": ""}
