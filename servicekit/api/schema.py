"""The service's OpenAPI document, built once per language and media type."""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

#: One thread builds, the others wait for it: building takes a tenth of a second of CPU.
_building = threading.Lock()
#: The documents by language and media type.
_built: dict[tuple[str, str], bytes] = {}


class SchemaView(SpectacularAPIView):
    """GET ``/api/v1/<slug>/schema?lang=en|ru``: YAML, or JSON for who accepts that alone.

    The document does not depend on the caller, so all get the same bytes.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The document in the language of ``lang``, if there is such a one, else of the request."""
        wanted = request.GET.get("lang", "")
        language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language() or "en"
        renderer: BaseRenderer = request.accepted_renderer
        form = language, renderer.media_type
        with _building:
            if form not in _built:
                _built[form] = _build(language, renderer)
        return HttpResponse(
            _built[form],
            content_type=renderer.media_type,
            headers={"Content-Disposition": f'inline; filename="{self._get_filename(request, None)}"'},
        )


def _build(language: str, renderer: BaseRenderer) -> bytes:
    with translation.override(language):
        generator = spectacular_settings.DEFAULT_GENERATOR_CLASS(patterns=_addresses())
        rendered = renderer.render(generator.get_schema(request=None, public=True), renderer_context={})
        return rendered if isinstance(rendered, bytes) else rendered.encode()


def _addresses() -> list[Any]:
    """Of this process, and of the one that holds the service's streams open, if it has one."""
    modules = filter(None, (settings.ROOT_URLCONF, settings.STREAM_URLCONF))
    return [pattern for module in modules for pattern in import_module(module).urlpatterns]
