"""Serializers of closing an account."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.amounts import amount_text
from servicekit.api.serializers import TextField
from servicekit.money import to_text
from user_service.accounts.serializers import SecretInput, password_field
from user_service.closings.models import Closing, State
from user_service.second_factor.codes import CODE_MAX


class ClosingInput(SecretInput):
    """Body of POST ``/api/v1/users/me/closing``."""

    password = password_field()
    code = TextField(
        max_length=CODE_MAX,
        required=False,
        default="",
        allow_blank=True,
        help_text="of the second factor, if it is on: of the app, or a recovery code",
    )


class ReasonOutput(serializers.Serializer):
    """Why an account is not closed."""

    code = serializers.ChoiceField(
        ["cash_left", "cash_held", "orders_open", "positions_left", "payments_due", "account_frozen"]
    )
    detail = serializers.CharField(help_text="a sentence in the language of Accept-Language")


class ClosingOutput(serializers.Serializer):
    """What became of the request to close the account."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(State.choices)
    requested_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reasons = serializers.SerializerMethodField(help_text="of a refusal, all of them")

    @extend_schema_field(ReasonOutput(many=True))
    def get_reasons(self, closing: Closing) -> list[dict[str, str]]:
        return [{"code": code, "detail": detail} for code, detail in _reasons(closing)]


class ClosingStateOutput(serializers.Serializer):
    """What became of it."""

    state = serializers.ChoiceField(State.choices)


def _reasons(closing: Closing) -> list[tuple[str, str]]:
    """What was left, as sentences in the active language."""
    if closing.state != State.REFUSED:
        return []
    found = []
    free = closing.balance - closing.held
    if free:
        text = _("There is %(amount)s in your account. Withdraw it first.")
        found.append(("cash_left", text % {"amount": _money(free, closing)}))
    if closing.held:
        text = _("%(amount)s is held for open orders. Cancel them first.")
        found.append(("cash_held", text % {"amount": _money(closing.held, closing)}))
    if closing.open_orders:
        text = ngettext(
            "%(count)d order is open. Cancel it first.",
            "%(count)d orders are open. Cancel them first.",
            closing.open_orders,
        )
        found.append(("orders_open", text % {"count": closing.open_orders}))
    if closing.positions:
        text = ngettext(
            "You hold units of %(count)d instrument. Sell them first.",
            "You hold units of %(count)d instruments. Sell them first.",
            closing.positions,
        )
        found.append(("positions_left", text % {"count": closing.positions}))
    if closing.payments_due:
        found.append(("payments_due", _("A payment to your account is still being booked. Try again later.")))
    if closing.frozen:
        found.append(("account_frozen", _("Your account is frozen while it is being checked.")))
    return found


def _money(amount: int, closing: Closing) -> str:
    return amount_text(to_text(amount, closing.currency), closing.currency)
