"""Columns of the admin: money with its currency, people by name, ids shortened but copyable in full.

Each function makes a column for ``list_display`` and ``fields`` of a :class:`~servicekit.admin.ServiceAdmin`,
to be named in its ``shown``: ``shown = {"amount": money("amount"), "user_id": person("user_id")}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.admin.utils import display_for_field
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicekit.home_currency import home_currency
from servicekit.money import EXPONENTS
from servicekit.numerals import numerals
from servicekit.people.selectors import names_of

Column = Callable[[Any], Any]
Label = str | Promise

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def money_text(minor: int | None, currency: str) -> str:
    """Minor units as money of the active language: ``$1,234.50``, ``1 234,50 $``."""
    if minor is None:
        return "–"
    amount = Decimal(minor).scaleb(-EXPONENTS.get(currency, 2))
    return numerals(get_language() or "en").currency(amount, currency, EXPONENTS.get(currency, 2))


def price_text(price: Decimal | None, currency: str) -> str:
    """A price with all its digits, and as many as the currency has at least."""
    if price is None:
        return "–"
    digits = max(-int(price.normalize().as_tuple().exponent), EXPONENTS.get(currency, 2))
    return numerals(get_language() or "en").currency(price, currency, digits)


def short(value: Any) -> str:
    """An id of which the end is seen, and which is whole when it is copied or searched in the page."""
    if value is None or value == "":
        return "–"
    return format_html('<span class="short-id" title="{0}">{0}</span>', value)


def money(field: str, *, currency: str = "currency", label: Label | None = None) -> Column:
    """An amount in minor units.

    Args:
        currency: the path to the currency's code, such as ``account__currency``; one that is not there
            is the home currency.
    """

    def column(row: Any) -> str:
        return money_text(value_at(row, field), value_at(row, currency) or home_currency())

    return _column(column, field, label)


def price(field: str, *, currency: str = "currency", label: Label | None = None) -> Column:
    """A price per unit."""

    def column(row: Any) -> str:
        return price_text(value_at(row, field), value_at(row, currency) or home_currency())

    return _column(column, field, label)


def short_id(field: str, *, label: Label | None = None) -> Column:
    """An id."""
    return _column(lambda row: short(value_at(row, field)), field, label)


def person(field: str, *, label: Label | None = None) -> Column:
    """A user by name, linked to user_service's admin; the short id of one whose name is unknown.

    The field is a user's id, or a text that may be one (``booked_by``).
    """

    def column(row: Any) -> str:
        value = value_at(row, field)
        user_id = as_uuid(value)
        if user_id is None:
            return str(value) if value else "–"
        names = row.names_ if hasattr(row, "names_") else names_of([user_id])
        name = names.get(user_id)
        return format_html(
            '<a href="/admin/users/accounts/user/{}/change/">{}</a>', user_id, name or short(user_id)
        )

    column.person = field  # type: ignore[attr-defined]
    return _column(column, field, label, links=True)


def linked(field: str, address: str, *, label: Label | None = None) -> Column:
    """An id that leads to a page, perhaps another service's.

    Args:
        address: with ``{}`` for the id, such as ``/admin/trading/orders/order/{}/change/``.
    """

    def column(row: Any) -> str:
        value = value_at(row, field)
        if value is None or value == "":
            return "–"
        return format_html('<a href="{}">{}</a>', address.format(value), short(value))

    return _column(column, field, label, links=True)


def order(field: str = "order_id") -> Column:
    """An order, linked to trading's admin."""
    return linked(field, "/admin/trading/orders/order/{}/change/", label=_("order"))


def value_at(row: Any, path: str) -> Any:
    """The value at ``account__currency``; None where the path ends early."""
    for name in path.split("__"):
        row = getattr(row, name, None)
    return row


def as_uuid(value: Any) -> UUID | None:
    """The id, if it is one."""
    if isinstance(value, UUID):
        return value
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


def _column(column: Column, field: str, label: Label | None, *, links: bool = False) -> Column:
    column.links = links  # type: ignore[attr-defined]
    column.__name__ = field.replace("__", "_")
    column.field = field  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    if label:  # else it is named as the model names the field: see ``ShownColumns``
        column.short_description = label  # type: ignore[attr-defined]
    return column


def whole(field: str, *, label: Label | None = None) -> Column:
    """A quantity, its digits in groups."""

    def column(row: Any) -> str:
        value = value_at(row, field)
        return "–" if value is None else number_format(value, force_grouping=True)

    return _column(column, field, label)


def labelled(**labels: Label) -> dict[str, Column]:
    """Fields as Django shows them, for those that the model gives no name in the reader's language."""

    def made(field: str, label: Label) -> Column:
        def column(row: Any) -> Any:
            return display_for_field(value_at(row, field), row._meta.get_field(field), "–")

        return _column(column, field, label)

    return {field: made(field, label) for field, label in labels.items()}
