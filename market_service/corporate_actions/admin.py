"""Corporate actions in the admin: announced here, carried out on their day or by an operator, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from market_service.corporate_actions import services
from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from market_service.corporate_actions.services import Terms, action_announce, action_check
from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instrument_get
from market_service.instruments.services import AfterSplit, instruments_lock
from market_service.venue.models import RestingOrder
from servicekit.admin import WrittenOnceAdmin
from servicekit.admin.columns import money, money_text, price, price_text, whole
from servicekit.admin.operations import Fact, Operation, calls
from servicekit.audit.actors import Actor
from servicekit.errors import DomainError
from servicekit.money import EXACT, amount_minor


class AnnounceForm(forms.ModelForm):
    """What is announced."""

    ticker = forms.CharField(label=_("instrument's ticker"), max_length=12)

    class Meta:
        model = CorporateAction
        fields = ("type", "day", "per_unit", "old_units", "new_units", "reason")
        help_texts = {
            "day": _(
                "Empty: an operator carries it out. Before today: it is shown, and nothing is carried out."
            ),
            "per_unit": _("Of a dividend."),
            "old_units": _("Of a split: so many old units become so many new ones."),
            "reason": _("Customers read it on the instrument's page."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reason" in self.fields:
            self.fields["reason"].required = True

    def terms(self) -> Terms:
        """The terms, once the form is valid."""
        given = {name: self.cleaned_data.get(name) for name in ("day", "per_unit", "old_units", "new_units")}
        return Terms(type=self.cleaned_data["type"], **given)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            cleaned["instrument"] = instrument_get(cleaned.get("ticker", ""))
        except Instrument.DoesNotExist:
            if "ticker" in cleaned:
                self.add_error("ticker", _("Nothing is listed under this ticker."))
        if not self.errors:
            try:
                action_check(instrument=cleaned["instrument"], terms=self.terms())
            except DomainError as error:
                self.add_error(error.field, error.detail)
        return cleaned

    def _post_clean(self) -> None:
        """The use-case makes the row, and the database checks it."""


def _units(instrument: Instrument) -> int:
    """What customers hold."""
    return instrument.issued_quantity - instrument.available_quantity


def _dividend_facts(action: CorporateAction) -> Sequence[Fact]:
    instrument = action.instrument
    units, per_unit = _units(instrument), action.per_unit or 0
    most = amount_minor(EXACT.multiply(per_unit, units), "sell", action.currency)
    return (
        Fact(_("instrument"), instrument.ticker),
        Fact(_("dividend per unit"), price_text(action.per_unit, action.currency)),
        Fact(_("price"), price_text(instrument.quote.price, action.currency), binding=False),
        Fact(_("units held by customers"), number_format(units, force_grouping=True), binding=False),
        Fact(_("paid by the house, at most"), money_text(most, action.currency), binding=False),
        Fact(_("state"), action.get_state_display(), ActionState.STARTED.label),
    )


def _split_facts(action: CorporateAction) -> Sequence[Fact]:
    instrument = action.instrument
    old, new = action.old_units or 1, action.new_units or 1
    after = AfterSplit.of(instrument, old_units=old, new_units=new)
    resting = RestingOrder.objects.filter(instrument=instrument).count()
    issued, currency = instrument.issued_quantity, action.currency
    return (
        Fact(_("instrument"), instrument.ticker),
        Fact(_("what"), _ratio(action)),
        Fact(
            _("price"), price_text(instrument.quote.price, currency), price_text(after.price, currency),
            binding=False,
        ),
        Fact(_("price step"), _plain(instrument.price_step), _plain(after.price_step)),
        Fact(_("lot size"), whole_text(instrument.lot_size), whole_text(after.lot_size)),
        Fact(_("issued quantity"), whole_text(issued), whole_text(after.issued_quantity)),
        Fact(_("units held by customers"), whole_text(_units(instrument)), binding=False),
        Fact(_("resting orders that are canceled"), whole_text(resting), binding=False),
        Fact(_("state"), action.get_state_display(), ActionState.STARTED.label),
    )  # fmt: skip


def whole_text(value: int) -> str:
    """A whole number as a person reads it."""
    return str(number_format(value, force_grouping=True))


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"


def _ratio(action: CorporateAction) -> str:
    return _now("%(new)s for %(old)s") % {"new": action.new_units, "old": action.old_units}


def _facts(action: CorporateAction) -> Sequence[Fact]:
    return (
        Fact(_("instrument"), action.instrument.ticker),
        Fact(_("type"), action.get_type_display()),
        Fact(_("state"), action.get_state_display(), ActionState.WITHDRAWN.label),
    )


def _lock(action: CorporateAction) -> CorporateAction:
    """Locked after its instrument, as everywhere."""
    instruments_lock(instrument_ids=[action.instrument_id])
    return CorporateAction.objects.select_related("instrument__quote").select_for_update(of=("self",)).get(
        pk=action.pk
    )  # fmt: skip


@admin.register(CorporateAction)
class CorporateActionAdmin(WrittenOnceAdmin):
    list_display = ("ticker", "type", "what", "day", "state", "units", "holders", "amount", "announced_at")
    list_filter = ("state", "type")
    list_select_related = ("instrument",)
    find_texts = ("instrument__ticker",)
    form = AnnounceForm
    form_fields = ("ticker", *AnnounceForm.Meta.fields)
    fields = (
        "instrument", "type", "state", "day", "per_unit", "old_units", "new_units", "reason", "announced_at",
        "recorded_at", "units", "holders", "amount", "completed_at", "units_after",
    )  # fmt: skip
    shown = {
        "per_unit": price("per_unit"),
        "units": whole("units"),
        "holders": whole("holders"),
        "amount": money("amount"),
    }
    ordering = ("-announced_at",)
    operations = (
        Operation(
            name="pay",
            title=_("Pay the dividend"),
            done=_("The dividend is being paid."),
            facts=_dividend_facts,
            lock=_lock,
            act=calls(services.dividend_record, "action_id"),
            offered=lambda action: (
                action.state == ActionState.ANNOUNCED and action.type == ActionType.DIVIDEND
            ),
            note=_(
                "Whoever holds units at the moment of confirming is paid for each of them, rounded down to "
                "the cent, from the house's cash, and notified. It cannot be undone."
            ),
            many=False,
        ),
        Operation(
            name="split",
            title=_("Carry out the split"),
            done=_("The split is being carried out; trading goes on in a moment."),
            facts=_split_facts,
            lock=_lock,
            act=calls(services.split_start, "action_id"),
            offered=lambda action: action.state == ActionState.ANNOUNCED and action.type == ActionType.SPLIT,
            note=_(
                "Trading is halted, all resting orders are canceled, every position is split, and the house "
                "pays for fractions of a unit at the new price. Holders are notified. It cannot be undone."
            ),
            many=False,
        ),
        Operation(
            name="withdraw",
            title=_("Withdraw"),
            done=_("The action is withdrawn."),
            facts=_facts,
            lock=_lock,
            act=calls(services.action_withdraw, "action_id"),
            offered=lambda action: action.state in (ActionState.ANNOUNCED, ActionState.HISTORY),
            note=_("It is no longer shown and will not be carried out."),
            many=False,
        ),
    )

    def save_model(self, request: HttpRequest, obj: CorporateAction, form: Any, change: bool) -> None:
        action = action_announce(
            instrument=form.cleaned_data["instrument"],
            terms=form.terms(),
            by=Actor.of(request.user),
            reason=form.cleaned_data["reason"],
        )
        obj.pk, obj.instrument = action.pk, action.instrument

    @admin.display(description=_("instrument"), ordering="instrument__ticker")
    def ticker(self, action: CorporateAction) -> str:
        return action.instrument.ticker

    @admin.display(description=_("what"))
    def what(self, action: CorporateAction) -> str:
        if action.type == ActionType.DIVIDEND:
            return price_text(action.per_unit, action.currency)
        return _ratio(action)
