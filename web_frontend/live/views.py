"""``/stream``: what happens to the orders and notifications of who is signed in, for the pages' scripts.

Served by a process of its own (``web-stream``), where an open stream is a coroutine. A page says whose it is
(``owner``): of another account it gets no stream.
"""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from servicekit import event_stream
from servicekit.errors import DomainError
from servicekit.event_stream import Listener
from servicekit.event_stream.listeners import MAX_OF_USER
from web_frontend.live.relay import relay
from web_frontend.sessions.page_owner import page_owner


@require_safe
def stream(request: HttpRequest) -> HttpResponseBase:
    """``order`` with its id and status, ``unread`` with a count, ``again`` and ``broken`` with a source:
    read it again, and poll it.

    204, after which browsers ask no more: nobody is signed in, or somebody else than the page was made for.
    """
    try:
        owner = page_owner(request)
    except RedisError:
        return HttpResponse(status=503)
    if not owner or request.GET.get("owner") != owner:
        return HttpResponse(status=204)
    if request.method == "HEAD":
        return HttpResponse(content_type=event_stream.CONTENT_TYPE)
    browser = sha256((request.session.session_key or "").encode()).hexdigest()
    try:
        listener = event_stream.count_in(Listener(frozenset(), f"browser {browser}"), MAX_OF_USER)
    except DomainError as refused:
        return HttpResponse(status=refused.status)
    return event_stream.answer(listener, lambda: relay(listener, request))
