"""Operators' actions on the market's clock: pause, resume, speed, end the day, go to another.

The admin is here, not in ``clock``, because another day affects quotes and books.
"""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import admin
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from market_service.clock import services as clock
from market_service.clock.models import Feed, MarketClock
from market_service.clock.selectors import clock_now
from market_service.clock.services import FASTEST, SLOWEST
from market_service.venue import services
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.operations import Fact, Operation, ReasonForm, calls


class SpeedForm(ReasonForm):
    """A speed and a reason."""

    speed = forms.FloatField(
        label=_("Seconds of the market in a second"), min_value=SLOWEST, max_value=FASTEST
    )
    field_order = ("speed", "reason")


class DayForm(ReasonForm):
    """A day and a reason."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ("day", "reason")


def _facts(row: MarketClock) -> Sequence[Fact]:
    now = clock_now()
    return (
        Fact(_("feed"), row.get_feed_display()),
        Fact(_("day"), date_format(row.day)),
        Fact(_("time"), f"{now.time:%H:%M}", binding=False),
        Fact(_("paused"), _("yes") if row.paused else _("no")),
        Fact(_("speed"), number_format(row.speed)),
    )


def _replays(row: MarketClock) -> bool:
    return row.feed == Feed.REPLAY


@admin.register(MarketClock)
class MarketClockAdmin(ReadOnlyAdmin):
    list_display = ("day", "time", "feed", "speed", "paused", "number", "opened_at")
    fields = list_display
    operations = (
        Operation(
            name="pause",
            title=_("Pause the market"),
            done=_("The market is paused."),
            facts=_facts,
            act=calls(clock.clock_pause),
            offered=lambda row: not row.paused,
            note=_("Prices and time stand still, and no day ends. Orders execute at the prices that stand."),
            many=False,
        ),
        Operation(
            name="resume",
            title=_("Resume the market"),
            done=_("The market goes on."),
            facts=_facts,
            act=calls(clock.clock_resume),
            offered=lambda row: row.paused,
            many=False,
        ),
        Operation(
            name="speed",
            title=_("Change the speed"),
            done=_("The speed is changed."),
            facts=_facts,
            act=calls(clock.clock_speed),
            form=SpeedForm,
            offered=_replays,
            note=_("At 60 a minute of the market lasts a second, and a day 8 minutes."),
            many=False,
        ),
        Operation(
            name="end-day",
            title=_("End the day"),
            done=_("The day is being closed."),
            facts=_facts,
            act=calls(clock.clock_end_day),
            offered=_replays,
            note=_("Prices go to the day's close. Orders for the day expire."),
            many=False,
        ),
        Operation(
            name="go",
            title=_("Go to a date"),
            done=_("The market is at that day's opening."),
            facts=_facts,
            act=calls(services.market_go),
            form=DayForm,
            offered=_replays,
            note=_(
                "Orders for the day expire; orders that rest longer meet the new prices. "
                "Cash and positions stay."
            ),
            many=False,
            atomic=False,
        ),
    )

    @admin.display(description=_("time"))
    def time(self, row: MarketClock) -> str:
        """The market's, of this moment."""
        return f"{clock_now().time:%H:%M}"
