"""Which requests are for a file, and how one is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.http import StreamingHttpResponse
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.renderers import Json
from servicekit.api.views import Api

#: Bytes of a finished file that are sent together.
_PORTION = 64 * 1024


class FileRenderer(BaseRenderer):
    """Declares that the view can return a file; the view itself sends it."""

    charset: str | None = None

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        raise NotImplementedError("the view sends the file")


class CsvRenderer(FileRenderer):
    """``text/csv``."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class XlsxRenderer(FileRenderer):
    """A workbook of Office Open XML."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


class PdfRenderer(FileRenderer):
    """``application/pdf``."""

    media_type = "application/pdf"
    format = "pdf"


class FormatFirst(DefaultContentNegotiation):
    """``?format=csv`` (or ``xlsx``, ``json``, ``api``) takes precedence over ``Accept``."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = request.query_params.get("format")
        for renderer in renderers:
            if renderer.format == wanted:
                return renderer, renderer.media_type
        return super().select_renderer(request, renderers, format_suffix)


class FileApi(Api):
    """An endpoint that gives files. An error is a problem document also where a file was asked for."""

    content_negotiation_class = FormatFirst

    def handle_exception(self, error: Exception) -> Response:
        accepted = getattr(self.request, "accepted_renderer", None)
        if accepted is None or isinstance(accepted, FileRenderer):
            self.request.accepted_renderer = Json()
            self.request.accepted_media_type = Json.media_type
        return super().handle_exception(error)


def require_taken_by_nginx(request: Request) -> None:
    """A file is made by the process for files alone, from which nginx takes it.

    Raises:
        NotAcceptable: it was asked for so that the gateway could not see it.
    """
    if "X-Birzha-Exports" not in request.headers:
        raise NotAcceptable


def attachment(portions: Iterable[bytes], *, content_type: str, name: str) -> StreamingHttpResponse:
    """The answer that a file is."""
    return StreamingHttpResponse(
        portions,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def portions_of(file: IO[bytes]) -> Iterator[bytes]:
    """A finished file from its beginning; it is closed when it was read."""
    with file:
        file.seek(0)
        while portion := file.read(_PORTION):
            yield portion
