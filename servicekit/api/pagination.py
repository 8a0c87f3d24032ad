"""Pages: cursors for lists that grow, numbers for lists that do not."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request

MAX_PAGE_SIZE = 200


class _StrictPageSize:
    """``page_size`` is a whole number from 1 to :data:`MAX_PAGE_SIZE`, or a 400; never corrected silently."""

    page_size: int

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not text.isascii() or not text.isdigit() or len(text) > 4 or not 1 <= int(text) <= MAX_PAGE_SIZE:
            raise ValidationError(
                {"page_size": [_("Must be a whole number from 1 to %(limit)s.") % {"limit": MAX_PAGE_SIZE}]}
            )
        return int(text)


class CursorPages(_StrictPageSize, CursorPagination):
    """``{"next", "previous", "results"}``, newest first by ``created_at``, then ``id``."""

    page_size = 50
    ordering: tuple[str, ...] = ("-created_at", "-id")

    def decode_cursor(self, request: Request) -> Any:
        try:
            # DRF passes over what is no base64, and would give the first page instead.
            b64decode(request.query_params.get(self.cursor_query_param, ""), validate=True)
            return super().decode_cursor(request)
        except (NotFound, ValueError):
            raise _foreign_cursor() from None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        # its position is of another type, or beyond what the column can hold
        except (ValueError, TypeError, OverflowError, DjangoValidationError, DataError):
            if request.query_params.get(self.cursor_query_param) is None:
                raise
            raise _foreign_cursor() from None


def _foreign_cursor() -> ValidationError:
    return ValidationError({"cursor": [_("This cursor does not belong to this list.")]})


class NumberedPages(_StrictPageSize, PageNumberPagination):
    """``{"count", "next", "previous", "results"}``; ``page`` counts from 1, past the end is a 404."""

    page_size = 50
