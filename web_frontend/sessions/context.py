"""Who is looking, for the header of every page, error pages included."""

from __future__ import annotations

from django.http import HttpRequest
from redis.exceptions import RedisError

from web_frontend.sessions.tokens import is_signed_in


def visitor(request: HttpRequest) -> dict[str, str]:
    """``visitor``: the name of who is signed in, "" for nobody or while the session store is away."""
    try:
        return {"visitor": request.session.get("name", "") if is_signed_in(request) else ""}
    except RedisError:
        return {"visitor": ""}
