"""The ASGI application of the stream process."""

from __future__ import annotations

from servicekit.asgi import stream_application

application = stream_application("web_frontend")
