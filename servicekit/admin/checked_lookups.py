"""Lookups of the admin's lists with values that no column can hold are refused, not server errors.

Django checks most lookups in a URL, but passes to the database a year beyond the calendar
(``?created_at__year=9999``), a NUL in a text and a broken regular expression.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


class CheckedLookups(ModelAdmin):
    """Redirects to the unfiltered list, with a message, when the lookups in the URL are not valid."""

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """As Django's own.

        Raises:
            IncorrectLookupParameters: a value in the address is none that its column can be compared with.
        """
        try:
            return super().get_changelist_instance(request)
        except (DataError, OverflowError, ValueError) as error:
            if not request.GET:
                raise
            raise IncorrectLookupParameters(error) from error

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if ERROR_FLAG in request.GET and request.method == "GET":
            text = _("The filter in the address is not valid; the whole list is shown.")
            self.message_user(request, text, messages.WARNING)
        return super().changelist_view(request, extra_context)
