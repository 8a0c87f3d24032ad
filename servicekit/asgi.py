"""The process of a service that holds connections open for long: streams of server-sent events.

An open connection is a coroutine, not a thread. What is done once per connection (authentication, validation)
runs in one thread, with one database connection. See docs/adr/0041-a-process-for-streams.md.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from gunicorn.workers.gasgi import ASGIWorker  # type: ignore[import-untyped]


class StreamHandler(ASGIHandler):
    """Django's ASGI handler with one thread for all requests, instead of one per open connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.handle(scope, receive, send)

    async def run_get_response(self, request: Any) -> Any:
        """The response. Of a client that leaves before it begins it is closed: Django would forget it, and a
        stream would be counted for ever."""
        coming = asyncio.ensure_future(super().run_get_response(request))
        try:
            return await asyncio.shield(coming)
        except asyncio.CancelledError:
            await sync_to_async((await coming).close)()
            raise


class StreamWorker(ASGIWorker):
    """gunicorn's asyncio worker; on a stop it ends every stream at once, cleanly."""

    def handle_exit_signal(self) -> None:
        from servicekit import event_stream  # gunicorn knows this class before Django is set up

        super().handle_exit_signal()
        event_stream.end_all()


def stream_application(package: str) -> StreamHandler:
    """What ``<package>/config/asgi.py`` serves: the addresses of the settings' ``STREAM_URLCONF``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{package}.config.settings")
    django.setup(set_prefix=False)
    from django.conf import settings

    from servicekit.event_stream import metrics

    settings.ROOT_URLCONF = settings.STREAM_URLCONF
    settings.MIDDLEWARE = settings.STREAM_MIDDLEWARE or settings.MIDDLEWARE
    metrics.register()
    return StreamHandler()
