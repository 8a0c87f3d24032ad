"""Time zones by their names in the IANA database."""

from __future__ import annotations

import functools
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from servicekit.api.serializers import TextField, refusal


@functools.cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zone database that this machine knows."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


class TimeZoneField(TextField):
    """The name of a time zone, such as ``Europe/Moscow``."""

    default_error_messages = {
        "time_zone_unknown": _("Unknown time zone %(value)s; use a name such as Europe/Moscow."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in time_zones():
            raise refusal(self, "time_zone_unknown", name)
        return name
