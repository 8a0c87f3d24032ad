"""Parses cells as dates, and as times of day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from market_service.imports.errors import BadFile, BadRow, shown

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan янв", "feb фев", "mar мар", "apr апр", "may мая май", "jun июн",
         "jul июл", "aug авг", "sep сен", "oct окт", "nov ноя", "dec дек"), 1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = r"(?:[T ]+(?P<time>[0-9:]{4,8})(?:[.,][0-9]+)?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?(?: ?UTC)?)?"
_FORMS = {
    "ymd": re.compile(r"(?P<y>[0-9]{4})([-./])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})" + _TIME),
    "compact": re.compile(r"(?P<y>[12][0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})" + _TIME),
    "numbers": re.compile(r"(?P<a>[0-9]{1,2})([-./])(?P<b>[0-9]{1,2})\2(?P<y>[0-9]{4}|[0-9]{2})" + _TIME),
    "month": re.compile(
        r"(?P<d>[0-9]{1,2})[- ](?P<name>[A-Za-zА-Яа-яё]{3,})\.?,?[- ](?P<y>[0-9]{4}|[0-9]{2})" + _TIME
    ),
    "american": re.compile(r"(?P<name>[A-Za-z]{3,})\.? (?P<d>[0-9]{1,2}),? (?P<y>[0-9]{4})" + _TIME),
    "seconds": re.compile(r"(?P<epoch>-?[0-9]{9,10})(?:\.0*)?"),
    "milliseconds": re.compile(r"(?P<epoch>-?[0-9]{12,13})(?:\.0*)?"),
}  # fmt: skip
_KEPT = 50_000


class DateFormat:
    """The date format of a file.

    Attributes:
        form: a key of the forms; ``dmy`` or ``mdy`` for ``numbers``.
    """

    def __init__(self, form: str, order: str, zone: ZoneInfo | None, today: date) -> None:
        self.form, self._order, self._zone = form, order, zone
        self._pattern = _FORMS[form]
        self._last = today.isoformat()
        self._known: dict[str, tuple[str, int]] = {}

    @property
    def words(self) -> str:
        order = {"dmy": _("day, month, year"), "mdy": _("month, day, year")}.get(self._order, "")
        words = {
            "ymd": _("year-month-day"), "compact": _("YYYYMMDD"), "numbers": order,
            "month": _("day and name of the month"), "american": _("name of the month and day"),
            "seconds": _("seconds since 1970"), "milliseconds": _("milliseconds since 1970"),
        }[self.form]  # fmt: skip
        return f"{words}, {self._zone.key}" if self._zone else words

    def at(self, text: str, time: str = "") -> tuple[str, int]:
        """The day, ``YYYY-MM-DD``, and the second of the day.

        Args:
            time: of a column beside it.

        Raises:
            BadRow: it is no day, or in the future.
        """
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[text] = known
        return (known[0], _seconds(time)) if time else known

    def _read(self, text: str) -> tuple[str, int]:
        match = self._pattern.fullmatch(text.strip())
        if match is None:
            raise BadRow(_("not a day"), _("the date %s is not written like the others") % shown(text))
        try:
            if "epoch" in match.groupdict():
                seconds = int(match["epoch"]) // (1000 if self.form == "milliseconds" else 1)
                moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
                moment = moment.astimezone(self._zone) if self._zone else moment
                day, at = moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second
            else:
                day, at = self._day(match), _seconds(match["time"] or "")
                if self._zone and match["zone"]:
                    written = datetime(day.year, day.month, day.day, tzinfo=_zone(match["zone"])) + timedelta(
                        seconds=at
                    )
                    moment = written.astimezone(self._zone)
                    day, at = moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second
        except (ValueError, OverflowError, KeyError):
            raise BadRow(_("not a day"), _("the date %s is not a day") % shown(text)) from None
        if day.isoformat() > self._last:
            raise BadRow(_("a day in the future"), _("the date %s is in the future") % text.strip())
        return day.isoformat(), at

    def _day(self, match: re.Match[str]) -> date:
        groups = match.groupdict()
        year = int(groups["y"])
        if len(groups["y"]) == 2:
            year += 2000 if year < 70 else 1900
        if "a" in groups:
            first, second = int(groups["a"]), int(groups["b"])
            day, month = (first, second) if self._order == "dmy" else (second, first)
            return date(year, month, day)
        month = _MONTHS[groups["name"][:3].lower()] if "name" in groups else int(groups["m"])
        return date(year, month, int(groups["d"]))


def looks_like_a_day(text: str) -> bool:
    """Whether a cell can be a day (or a moment)."""
    text = text.strip()
    return any(pattern.fullmatch(text) for pattern in _FORMS.values())


def date_format_of(cells: list[str], *, date_order: str, zone: ZoneInfo | None, today: date) -> DateFormat:
    """How a file writes its days.

    Args:
        cells: some of them.
        told: ``dmy`` or ``mdy``, or nothing.

    Raises:
        BadFile: they are written in no way that is known, or 08/01/2024 can be either.
    """
    cells = [cell.strip() for cell in cells if cell.strip()]
    found = {
        form: [match for cell in cells if (match := pattern.fullmatch(cell))]
        for form, pattern in _FORMS.items()
    }
    form, matches = max(found.items(), key=lambda one: len(one[1]))
    if matches and len(matches) * 2 >= len(cells):
        if form == "numbers":
            return DateFormat(form, date_order or _order(matches), zone, today)
        if zone is None:
            _require_zone(form, matches)
        return DateFormat(form, "", zone, today)
    example = next(iter(cells), "")
    raise BadFile(
        _("%s is not a day: days look like 2024-01-19, 19.01.2024, 20240119, 19-Jan-2024 …") % shown(example)
    )


def _order(matches: list[re.Match[str]]) -> str:
    first = max(int(match["a"]) for match in matches)
    second = max(int(match["b"]) for match in matches)
    if matches[0][2] == "." or (first > 12 and second <= 12):
        return "dmy"
    if second > 12 and first <= 12:
        return "mdy"
    match = matches[0]
    a, b, year = int(match["a"]), int(match["b"]), int(match["y"])
    year += 0 if year > 99 else 2000
    try:
        readings = tuple(_day_text(date(year, month, day)) for day, month in ((a, b), (b, a)))
    except ValueError:
        readings = ("?", "?")
    raise BadFile(
        _("%(text)s can be %(dmy)s or %(mdy)s: use --dates dmy (day first) or --dates mdy (month first)")
        % {"text": match[0], "dmy": readings[0], "mdy": readings[1]}
    )


def _day_text(day: date) -> str:
    from django.utils.dates import MONTHS, MONTHS_ALT  # named by the reader's language

    names = MONTHS if str(MONTHS[1]) == "January" else MONTHS_ALT
    return f"{day.day} {names[day.month]}"


def _require_zone(form: str, matches: list[re.Match[str]]) -> None:
    """Days at midnight east of Greenwich are told as the evening before, in UTC."""
    late = []
    for match in matches:
        if "epoch" in match.groupdict():
            seconds = int(match["epoch"]) // (1000 if form == "milliseconds" else 1) % 86_400
        elif match["zone"] == "Z":
            seconds = _seconds(match["time"] or "")
        else:
            return
        late.append(seconds)
    if late and len(set(late)) <= 2 and min(late) >= 20 * 3600:
        hour = f"{late[0] // 3600}:{late[0] % 3600 // 60:02}"
        raise BadFile(
            _(
                "every price is of %s UTC, which is the next day further east: "
                "use --timezone Europe/Moscow or --timezone UTC"
            )
            % hour
        )


def _zone(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-away if text[0] == "-" else away)


def _seconds(text: str) -> int:
    """``10:05:00``, ``100500``, ``1005`` or ``0``, in seconds of the day.

    Raises:
        BadRow: it is none.
    """
    digits = text.replace(":", "").strip()
    if not digits:
        return 0
    if digits.isdigit() and len(digits) <= 6:
        whole = digits.ljust(6, "0") if len(digits) == 4 or ":" in text else digits.zfill(6)
        hours, minutes, seconds = int(whole[:-4]), int(whole[-4:-2]), int(whole[-2:])
        if hours < 24 and minutes < 60 and seconds < 60:
            return hours * 3600 + minutes * 60 + seconds
    raise BadRow(_("not a time"), _("%s is not a time") % shown(text))
