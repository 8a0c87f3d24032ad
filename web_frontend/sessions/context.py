"""The visitor, for the header of every page, error pages included."""

from __future__ import annotations

from django.http import HttpRequest
from redis.exceptions import RedisError

from web_frontend.sessions.tokens import is_signed_in


def visitor(request: HttpRequest) -> dict[str, str]:
    """``visitor``: the signed-in user's name, "" for nobody or while the session store is down."""
    try:
        return {"visitor": request.session.get("name", "") if is_signed_in(request) else ""}
    except RedisError:
        return {"visitor": ""}
