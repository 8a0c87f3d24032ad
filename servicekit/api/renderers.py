"""Renderers: JSON for clients, the browsable API for people, at the same URLs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_other = JSONEncoder().default

#: What is JSON already: a response's data, or a part of them.
JsonText = orjson.Fragment


def json_of(data: Any) -> bytes:
    """Write an answer's data as JSON, without spaces; what orjson does not know, as DRF does."""
    return orjson.dumps(data, default=_other, option=orjson.OPT_UTC_Z)


class Json(JSONRenderer):
    """JSON, faster than DRF's renderer; with ``indent=`` and in the browsable API it is DRF's."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None or ";" in (accepted_media_type or "") or "indent" in (renderer_context or {}):
            data = orjson.loads(json_of(data)) if isinstance(data, JsonText) else data
            return super().render(data, accepted_media_type, renderer_context)
        return json_of(data)


class BrowsableApi(BrowsableAPIRenderer):
    """DRF's browsable API without HTML forms: bodies are JSON, as for every client."""

    def get_rendered_html_form(self, *args: Any, **kwargs: Any) -> Any:
        return None

    def get_context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Colours of code, which no description has, in a style element, which the content policy stops.
        context: dict[str, Any] = super().get_context(*args, **kwargs)
        return context | {"code_style": ""}

    def get_filter_form(self, *args: Any, **kwargs: Any) -> Any:
        return None
