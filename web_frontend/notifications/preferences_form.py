"""The form of which news comes over which channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from web_frontend.display import zones

#: Kinds as the API names them, in the order of the page.
KINDS = {
    "order_filled": _("Order filled"),
    "order_partly_filled": _("Order partly filled"),
    "order_rejected": _("Order rejected"),
    "order_canceled": _("Order canceled"),
    "order_expired": _("Order expired"),
    "price_alert": _("Price reached"),
    "deposit_booked": _("Account topped up"),
    "withdrawal_booked": _("Money withdrawn"),
    "dividend_booked": _("Dividend paid"),
    "position_split": _("Position split"),
    "reversal_booked": _("Correction on the account"),
    "account_frozen": _("Account frozen"),
    "account_unfrozen": _("Account no longer frozen"),
    "statement_ready": _("Statement of the month"),
    "operator_news": _("News of the operator"),
    "security_noticed": _("Security of the account"),
    "welcome": _("Welcome"),
}
CHANNELS = {"email": _("E-mail"), "webhook": _("Webhook"), "messenger": _("Messenger")}
GATHER = (
    (0, _("each by itself, at once")),
    (60, _("those of a minute")),
    (900, _("those of 15 minutes")),
    (3600, _("those of an hour")),
    (86400, _("those of a day")),
)


class Choice(NamedTuple):
    """A box of the page: a channel of a kind."""

    name: str
    channel: str
    label: Any
    on: bool
    fixed: bool


class PreferencesForm(forms.Form):
    """What the API has, as fields; the boxes of the channels are made of ``KINDS`` and ``CHANNELS``.

    Args:
        had: what the API answered: what is offered, and what cannot be left out.
    """

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("E-mail and messengers wait until then, but not what concerns your security."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    gather_s = forms.TypedChoiceField(label=_("Fills in one message"), coerce=int)
    webhook_url = forms.CharField(
        label=_("Webhook address"),
        required=False,
        max_length=500,
        help_text=_("Each notification is sent there as JSON, signed with the secret below."),
        widget=forms.URLInput(attrs={"placeholder": "https://example.org/birzha"}),
    )
    messenger_url = forms.CharField(label=_("Messenger address"), required=False, max_length=500)

    def __init__(self, data: Any, had: dict[str, Any]) -> None:
        super().__init__(data, initial={name: had[name] for name in self.base_fields})
        self._had = had
        names = dict.fromkeys([*zones(), had["time_zone"]])
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in names]  # type: ignore[attr-defined]
        offered = {had["gather_s"]: had["gather_s"], **dict(GATHER)}  # also what the API was told
        self.fields["gather_s"].choices = list(offered.items())  # type: ignore[attr-defined]
        if had["messengers"]:
            self.fields["messenger_url"].help_text = ", ".join(f"{name}://" for name in had["messengers"])
        else:
            del self.fields["messenger_url"]

    @property
    def kinds(self) -> Iterator[tuple[Any, list[Choice]]]:
        """Each kind's title and boxes."""
        for kind, title in KINDS.items():
            yield title, [self._choice(kind, channel) for channel in self._channels]

    @property
    def channels(self) -> dict[str, list[str]]:
        """What was ticked, by kind."""
        return {
            kind: [channel for channel in self._channels if self._choice(kind, channel).on] for kind in KINDS
        }

    @property
    def body(self) -> dict[str, Any]:
        """What the API is sent."""
        values = dict(self.cleaned_data)
        for name in ("quiet_from", "quiet_until"):
            at: time | None = values[name]
            values[name] = at and at.strftime("%H:%M")
        return {**values, "channels": self.channels}

    @property
    def _channels(self) -> list[str]:
        return [name for name in CHANNELS if name != "messenger" or self._had["messengers"]]

    def _choice(self, kind: str, channel: str) -> Choice:
        name = f"{kind}-{channel}"
        fixed = channel in self._had["always"].get(kind, ())
        had = channel in self._had["channels"].get(kind, ())
        ticked = bool(self.data.get(name)) if self.is_bound else had
        return Choice(name, channel, CHANNELS[channel], fixed or ticked, fixed)
