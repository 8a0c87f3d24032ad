"""Fields that people type into: numbers with comma or dot, errors tied to their field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicekit.contracts.values import PRICE_LIMIT
from servicekit.home_currency import home_currency
from servicekit.money import MAX_MINOR, to_minor, to_text
from web_frontend.gateway_client import GatewayProblem
from web_frontend.numbers import ForeignCurrency, NotANumber, number_parse

#: A day as the browser sends it, and as people write it with dots; slashes mean two things.
DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)

#: What the API takes for an Idempotency-Key: visible ASCII.
KEY = re.compile(r"\A[!-~]{1,128}\Z")

#: The most units of one order; trading_service refuses more.
MAX_QUANTITY = 10**9

#: What is said of an amount in another currency than the account's.
FOREIGN = {
    "USD": _("The account is kept in US dollars: enter the amount in dollars."),
    "EUR": _("The account is kept in euros: enter the amount in euros."),
    "RUB": _("The account is kept in Russian rubles: enter the amount in rubles."),
}


#: Statuses of refusals that a form says; any other refusal is a page of its own.
REFUSALS = (400, 409, 422, 429, 503)


class PageForm(forms.Form):
    """A form whose page says what is missing, in its own words, not the browser's."""

    use_required_attribute = False


class _NumberField(forms.CharField):
    """A number as people type it."""

    def _refuse(self, code: str) -> NoReturn:
        raise forms.ValidationError(self.error_messages[code], code=code)


class AmountField(_NumberField):
    """An amount of money above zero; cleans to a decimal string of the public contract."""

    default_error_messages = {
        "invalid": _("Enter an amount such as 1,500 or 1500.50."),
        "fraction": _("An amount has at most two digits after the point."),
        "positive": _("Enter an amount above zero."),
        "large": _("This amount is too large."),
    }

    def clean(self, value: Any) -> str:
        """Refuse what is no amount, with the reason that applies."""
        try:
            amount = number_parse(super().clean(value), get_language() or "en", money=home_currency())
        except ForeignCurrency:
            raise forms.ValidationError(FOREIGN[home_currency()], code="foreign") from None
        except NotANumber:
            self._refuse("invalid")
        if amount <= 0:
            self._refuse("positive")
        if amount * 100 > MAX_MINOR:
            self._refuse("large")
        try:
            return to_text(to_minor(amount, home_currency()), home_currency())
        except ValueError:
            self._refuse("fraction")


class QuantityField(_NumberField):
    """A whole number of units above zero; cleans to an int."""

    default_error_messages = {
        "required": _("Enter how many units."),
        "invalid": _("Enter a whole number of units."),
        "positive": _("Enter at least 1."),
        "large": _("At most 1,000,000,000 in one order."),
    }

    def clean(self, value: Any) -> int:
        """Refuse what is no quantity, with the reason that applies."""
        try:
            number = number_parse(super().clean(value), get_language() or "en")
        except NotANumber:
            self._refuse("invalid")
        if int(number.as_tuple().exponent) < 0:
            self._refuse("invalid")
        if number > MAX_QUANTITY:
            self._refuse("large")
        if number <= 0:
            self._refuse("positive")
        return int(number)


class PriceField(_NumberField):
    """A price above zero; cleans to a Decimal. Whether it is on the step, the instrument knows."""

    default_error_messages = {
        "required": _("Enter a limit price."),
        "invalid": _("Enter a price such as 101.50."),
        "positive": _("Enter a price above zero."),
        "large": _("This price is too large."),
    }

    def clean(self, value: Any) -> Decimal:
        """Refuse what is no price, with the reason that applies."""
        try:
            price = number_parse(super().clean(value), get_language() or "en", money=home_currency())
        except (NotANumber, ForeignCurrency):
            self._refuse("invalid")
        if price <= 0:
            self._refuse("positive")
        if price >= PRICE_LIMIT:
            self._refuse("large")
        return price


class DayField(forms.Field):
    """A day: ``2026-01-31``, as the browser's own field sends it, or ``31.01.2026``. Cleans to a date."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": _("Enter a day such as 2026-01-31.")}

    def to_python(self, value: Any) -> date | None:
        """The day; None for an empty field."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        found = DAY.fullmatch(str(value).strip())
        try:
            if found:
                year, month, day = (found[n] or found[m] for n, m in ((1, 6), (2, 5), (3, 4)))
                return date(int(year), int(month), int(day))
        except ValueError:
            pass
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


def typed(data: Mapping[str, str], name: str, most: int) -> str:
    """What an address or a form has of that name, as somebody typed it into a search or a filter.

    Args:
        most: letters; more are left out. So are spaces around it, and the null character, which no text has.
    """
    return data.get(name, "").replace("\0", "").strip()[:most]


def with_keys(address: str, query: QueryDict, *names: str) -> str:
    """The address with the Idempotency-Keys that its query lacks; "" if it has them all.

    So Back to it leads to the same order or booking, not to another one.
    """
    lacking = {name: str(uuid4()) for name in names if not KEY.fullmatch(query.get(name, ""))}
    return f"{address}?{urlencode({**query.dict(), **lacking})}" if lacking else ""


def key_field() -> forms.RegexField:
    """The Idempotency-Key of a form, which nobody sees or types."""
    return forms.RegexField(KEY, widget=forms.HiddenInput)


def submitted(
    form: forms.Form, send: Callable[[], dict[str, Any]], refusals: tuple[int, ...] = REFUSALS
) -> dict[str, Any] | None:
    """What the API answers to a form; None when the form or the API refused, and the form says why.

    Args:
        send: sends what the form says, once it is valid.
        refusals: statuses that the form says, see :data:`REFUSALS`.
    """
    if not form.is_valid():
        return None
    try:
        return send()
    except GatewayProblem as problem:
        if problem.status not in refusals:
            raise
        add_problem(form, problem)
        return None


def add_problem(form: forms.Form, problem: GatewayProblem) -> None:
    """Put the API's refusal into the form: each error at its field, the rest above it."""
    placed = False
    for error in problem.errors:
        if error.get("field") in form.fields:
            form.add_error(error["field"], error.get("detail", ""))
            placed = True
    if not placed:
        form.add_error(None, problem.detail)
