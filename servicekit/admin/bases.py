"""Base classes of the admin's pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import TabularInline
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from servicekit.admin.checked_lookups import CheckedLookups
from servicekit.admin.columns import Column, as_uuid, value_at
from servicekit.admin.operations import Operation, operation_action, operation_page
from servicekit.admin.search import ExactSearch
from servicekit.admin.versions import VersionedForm
from servicekit.errors import DomainError
from servicekit.people.selectors import names_of

#: What the admin's own filters ask of a field that is offered.
OFFERED_LOOKUPS = {
    *("", "exact", "in", "isnull", "isempty", "gte", "lt", "year", "month", "day"),
    *("id__exact", "pk__exact"),
}


class NamedChangeList(ChangeList):
    """A list titled after its model, with the names of the people in its rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(capfirst(self.opts.verbose_name_plural))

    def get_filters(self, request: HttpRequest) -> Any:
        """The list's filters; any other parameter is reported and the whole list shown."""
        try:
            return super().get_filters(request)
        except DisallowedModelAdminLookup as error:
            raise IncorrectLookupParameters(error) from error

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        admin: Any = self.model_admin
        admin.add_names(rows)
        self.result_list = rows


class ShownColumns(BaseModelAdmin):
    """Displays fields by the columns in ``shown`` (field → column); see ``columns``."""

    shown: ClassVar[dict[str, Column]] = {}

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)  # type: ignore[call-arg]
        own: Any = self
        for name, column in self.shown.items():
            if not hasattr(column, "short_description"):
                field: Any = own.opts.get_field(name)
                column.short_description = field.verbose_name  # type: ignore[attr-defined]
            if not _is_field(own.opts, getattr(column, "field", "")):
                column.admin_order_field = None  # type: ignore[attr-defined]
        for names in ("list_display", "readonly_fields"):
            if hasattr(self, names):
                setattr(self, names, [self.shown.get(name, name) for name in getattr(self, names)])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields: Any = super().get_fields(request, obj)
        return [self.shown.get(name, name) for name in fields]


class RowsInline(ShownColumns, TabularInline):
    """Related rows of a row, read only; set ``fields``."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(ShownColumns, ExactSearch, CheckedLookups):
    """A page whose changes go through the service's use-cases: override ``save_model``.

    Attributes:
        operations: operators' actions on rows, each on a page that asks for a reason; see ``operations``.
    """

    operations: ClassVar[Sequence[Operation]] = ()

    list_per_page = 50
    show_full_result_count = False
    actions_selection_counter = True

    # Columns ------------------------------------------------------------------------------------------

    def get_list_display_links(self, request: HttpRequest, list_display: Sequence[Any]) -> Any:
        """The first column that is no link itself opens the row: a link in a link opens nothing."""
        if self.list_display_links:
            return self.list_display_links
        return [column for column in list_display if not getattr(column, "links", False)][:1]

    def add_names(self, rows: Iterable[Any]) -> None:
        """Look up the people of rows, all with one query, where their columns will find them."""
        fields = [column.person for column in self.shown.values() if hasattr(column, "person")]
        rows = list(rows)
        ids = {as_uuid(value_at(row, field)) for row in rows for field in fields} - {None}
        names = names_of(ids)  # type: ignore[arg-type]
        for row in rows:
            row.names_ = names

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            self.add_names([found])
        return found

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the page offers as a filter; Django allows any lookup of any field of the model itself.

        ``?password__startswith=…`` would reveal a hash letter by letter.
        """
        offered: list[Any] = [*self.get_list_filter(request), self.date_hierarchy]
        for each in offered:
            named = getattr(each, "parameter_name", None)
            if named and lookup in (named, f"{named}__exact"):
                return True
            name = each[0] if isinstance(each, (tuple, list)) else each
            if isinstance(name, str) and (lookup == name or lookup.startswith(f"{name}__")):
                rest = lookup.removeprefix(name).removeprefix("__")
                if rest in OFFERED_LOOKUPS and super().lookup_allowed(lookup, value, request):
                    return True
        return False

    # Pages --------------------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"title": capfirst(self.opts.verbose_name)}
        if object_id is not None and self.operations and self.may_operate(request):
            thing = self.get_object(request, object_id)
            context["operations"] = [
                (operation.title, self.operation_address(operation, [thing]))
                for operation in self.operations
                if thing is not None and operation.offered(thing)
            ]
        try:
            return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})
        except DomainError as error:  # a use-case refused what the form let through
            messages.error(request, error.detail)
            return HttpResponseRedirect(request.get_full_path())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form's own hidden field of the version is a part of the page."""
        fieldsets = super().get_fieldsets(request, obj)
        if issubclass(self.form, VersionedForm) and self.has_change_permission(request, obj):
            return [*fieldsets, (None, {"fields": ["seen"], "classes": ["seen-version"]})]
        return fieldsets

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What operators did with it: the audit trail, not Django's log."""
        address = reverse(f"{self.admin_site.name}:audit_auditentry_changelist")
        return HttpResponseRedirect(f"{address}?{urlencode({'q': object_id})}")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Use-cases write the audit trail."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Use-cases write the audit trail."""

    # What operators do --------------------------------------------------------------------------------

    def may_operate(self, request: HttpRequest) -> bool:
        """Whether the operator may do what is offered here, also where nobody edits."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.operation_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_operation"
        return [path("operation/<slug:name>/", view, name=name), *super().get_urls()]

    def operation_address(self, operation: Operation, things: Iterable[Any]) -> str:
        """Where an operation is confirmed, for these rows."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_operation"
        chosen = urlencode([("id", str(thing.pk)) for thing in things])
        return f"{reverse(name, args=[operation.name])}?{chosen}"

    def operation_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Show what an operation is about to do, and once the reason is given, do it."""
        operation = next((each for each in self.operations if each.name == name), None)
        if operation is None:
            messages.error(request, _("There is no such action."))
            return HttpResponseRedirect(self._list_address())
        return operation_page(self, request, operation)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The operations, above the list; nothing is deleted here."""
        if not self.may_operate(request):
            return {}
        return {
            operation.name: (operation_action(operation), operation.name, operation.title)
            for operation in self.operations
            if operation.many
        } | {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }

    def _list_address(self) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")


class WrittenOnceAdmin(ServiceAdmin):
    """A page of rows that are written once: nobody edits or deletes them; ``operations`` act on them.

    Attributes:
        fields: what is shown of a row.
        form_fields: what is asked for a new one.
    """

    form_fields: ClassVar[Sequence[str]] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.form_fields if obj is None else super().get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(WrittenOnceAdmin):
    """A read-only page: records of what happened are not even written here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_field(opts: Any, path: str) -> bool:
    """Whether the database can order by it: it begins with a field, and is no property."""
    first = path.partition("__")[0]
    return any(first in (field.name, getattr(field, "attname", "")) for field in opts.get_fields())
