"""Fields that people type into: numbers with comma or dot, errors tied to their field."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicekit.money import MAX_MINOR, to_minor
from web_frontend.gateway_client import GatewayProblem

#: What people put between thousands: space, no-break spaces, apostrophe.
SPACES = re.compile(r"[\s\u00a0\u202f']")


class FieldRenderer(TemplatesSetting):
    """Label, input, help and errors of one field, as templates/forms/field.html draws them."""

    field_template_name = "forms/field.html"


def plain_number(text: str, language: str) -> str:
    """Turn what a person typed into a plain decimal: ``1 234,50``, ``1,234.50`` → ``1234.50``.

    The last separator is the decimal one when both kinds stand there; a separator that repeats
    groups thousands; a single comma before exactly three digits groups thousands in English.
    A currency sign is left out.

    Returns:
        The number as text; what is not a number comes back as it is, for the field to refuse.
    """
    number = SPACES.sub("", text).strip("$€₽").replace("−", "-")
    if "," in number and "." in number:
        decimal = max(number, key=lambda sign: number.rfind(sign) if sign in ",." else -1)
        return number.replace("," if decimal == "." else ".", "").replace(",", ".")
    if number.count(",") > 1 or (language == "en" and re.fullmatch(r"\d{1,3},\d{3}", number)):
        return number.replace(",", "")
    return number.replace(",", ".")


class AmountField(forms.CharField):
    """An amount of money above zero; cleans to a decimal string of the public contract."""

    default_error_messages = {
        "invalid": _("Enter an amount such as 1500 or 1500.50."),
        "fraction": _("An amount has at most two digits after the point."),
        "positive": _("Enter an amount above zero."),
        "large": _("This amount is too large."),
    }

    def clean(self, value: Any) -> str:
        """Refuse what is no amount, with the reason that applies."""
        text = plain_number(super().clean(value), get_language() or "en")
        if not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", text) or not text.isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if Decimal(text) <= 0:
            raise forms.ValidationError(self.error_messages["positive"], code="positive")
        if Decimal(text) * 100 > MAX_MINOR:
            raise forms.ValidationError(self.error_messages["large"], code="large")
        try:
            to_minor(text)
        except ValueError:
            raise forms.ValidationError(self.error_messages["fraction"], code="fraction") from None
        return f"{Decimal(text):.2f}"


class QuantityField(forms.CharField):
    """A whole number of units above zero; cleans to an int."""

    default_error_messages = {
        "invalid": _("Enter a whole number of units."),
        "positive": _("Enter at least 1."),
        "large": _("At most 1,000,000,000 in one order."),
    }

    def clean(self, value: Any) -> int:
        """Refuse what is no quantity, with the reason that applies."""
        text = SPACES.sub("", super().clean(value)).replace("−", "-")
        if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
            text = text.replace(",", "")
        if not re.fullmatch(r"-?\d+", text) or not text.isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if len(text) > 12 or int(text) > 10**9:
            raise forms.ValidationError(self.error_messages["large"], code="large")
        if int(text) <= 0:
            raise forms.ValidationError(self.error_messages["positive"], code="positive")
        return int(text)


def add_problem(form: forms.Form, problem: GatewayProblem) -> None:
    """Put the API's refusal into the form: each error at its field, the rest above it."""
    placed = False
    for error in problem.errors:
        if error.get("field") in form.fields:
            form.add_error(error["field"], error.get("detail", ""))
            placed = True
    if not placed:
        form.add_error(None, problem.detail)
