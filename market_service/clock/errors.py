"""Refusals of the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class OnlyReplayed(DomainError):
    """Only a replay has a speed, and days that can be ended or gone to."""

    code = "only_replayed"
    message = _("Only a replay can do that; the feed of this market is %(feed)s, which uses calendar days.")


class SpeedNotPossible(DomainError):
    """Not a speed."""

    code = "speed_invalid"
    field = "speed"
    message = _("The speed must be from %(lowest)s to %(limit)s, not %(value)s.")


class DayNotPossible(DomainError):
    """There is no such day to go to."""

    code = "replay_day_invalid"
    field = "day"
    message = _("The history is from %(first)s to %(last)s; %(value)s is not within it.")
