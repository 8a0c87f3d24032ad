"""The form of which news comes over which channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext, pgettext_lazy
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
    "reversal_booked": _("Account correction"),
    "account_frozen": _("Account frozen"),
    "account_unfrozen": _("Account no longer frozen"),
    "statement_ready": _("Monthly statement"),
    "operator_news": _("News from the operator"),
    "security_noticed": _("Account security"),
    "welcome": _("Welcome"),
}
CHANNELS = {"email": pgettext_lazy("channel", "E-mail"), "webhook": _("Webhook"), "messenger": _("Messenger")}
GATHER = (
    (0, _("no, send each at once")),
    (60, _("within a minute")),
    (900, _("within 15 minutes")),
    (3600, _("within an hour")),
    (86400, _("within a day")),
)


#: What people call messengers that Apprise has other names for, with an address of each.
MESSENGERS = {
    "tgram": ("Telegram", "tgram://123456789:AbCdEfGhIj/987654321"),
    "slack": ("Slack", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
    "discord": ("Discord", "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV"),
    "gchat": ("Google Chat", "gchat://workspace/key/token"),
    "pbul": ("Pushbullet", "pbul://o.gn5kj6nfhv736I7jC3cj3QLRiyhgl98b"),
    "pover": ("Pushover", "pover://user@token"),
}


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
    time_zone = forms.ChoiceField(label=_("Time zone of the quiet hours"))
    gather_s = forms.TypedChoiceField(label=_("Group fills"), coerce=int)
    webhook_url = forms.CharField(
        label=_("Webhook address"),
        required=False,
        max_length=500,
        help_text=_(
            "Each notification is sent there as JSON, signed with a secret that is shown here once you save."
        ),
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
        if had["webhook_secret"]:
            signed = _("Each notification is sent there as JSON, signed with the secret below.")
            self.fields["webhook_url"].help_text = signed
        if had["messengers"]:
            self.fields["messenger_url"].help_text = _messenger_help(had["messengers"])
        else:
            del self.fields["messenger_url"]
        self._say_what_leads_nowhere()

    def _say_what_leads_nowhere(self) -> None:
        """Say it at an address that is empty while something is to be sent there."""
        for channel, name in (("webhook", "webhook_url"), ("messenger", "messenger_url")):
            if name not in self.fields or (self.data if self.is_bound else self.initial).get(name):
                continue
            if any(
                choice.on for _title, choices in self.kinds for choice in choices if choice.channel == channel
            ):
                text = _("It is chosen above, but without an address nothing is sent.")
                self.fields[name].help_text = f"{text} {self.fields[name].help_text}"

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


def _messenger_help(names: list[str]) -> str:
    """What is offered, each with the beginning of its addresses, and a whole one."""
    known = [(*MESSENGERS[name], name) for name in MESSENGERS if name in names]
    offered = [f"{title} ({name}://)" for title, _address, name in known]
    offered += [f"{name}://" for name in names if name not in MESSENGERS]
    text = ", ".join(offered) + "."
    if known:
        text += " " + gettext("For example: %(address)s") % {"address": known[0][1]}
    return text
