"""Times in cron's five fields: minute, hour, day of the month, month, day of the week. All of them are UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

# name, the smallest and the greatest number, and names for numbers from the smallest on
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

_YEARS_AHEAD = 9  # from a leap day to the next it may be eight


class Cron:
    """When something is due: ``Cron("*/15 8-18 * * MON-FRI")``.

    A field is ``*``, a number, a range ``a-b``, or either of the last with a step, ``*/n`` or ``a-b/n``; or several of
    these with commas between. Months and days of the week have names too; 0 and 7 are Sunday. Where both the day of the
    month and that of the week are given, not beginning with ``*``, either will do, as in every cron.
    """

    def __init__(self, text: str) -> None:
        fields = _NICKNAMES.get(text.strip().lower(), text).split()
        if len(fields) != len(_FIELDS):
            raise ValueError(f"{text!r} is no time for cron: five fields are needed, such as '0 8 * * MON-FRI'")
        try:
            sets = [_numbers(field, *rule) for field, rule in zip(fields, _FIELDS)]
        except ValueError as error:
            raise ValueError(f"{text!r} is no time for cron: {error}") from None
        self._minutes, self._hours, self._days, self._months, weekdays = sets
        self._weekdays = {day % 7 for day in weekdays}
        self._either = not fields[2].startswith("*") and not fields[4].startswith("*")
        self._text = text
        if self.next(datetime(2000, 1, 1, tzinfo=UTC)) is None:
            raise ValueError(f"{text!r} is no time for cron: there is no such day")

    def next(self, after: datetime) -> datetime | None:
        """The first time later than after, to the minute, or None."""
        moment = after.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        last = moment.year + _YEARS_AHEAD
        while moment.year <= last:
            if moment.month not in self._months:
                year, month = (moment.year, moment.month + 1) if moment.month < 12 else (moment.year + 1, 1)
                moment = datetime(year, month, 1, tzinfo=UTC)
            elif not self._is_day(moment):
                moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
            elif moment.hour not in self._hours:
                moment = moment.replace(minute=0) + timedelta(hours=1)
            elif moment.minute not in self._minutes:
                moment += timedelta(minutes=1)
            else:
                return moment
        return None

    def _is_day(self, moment: datetime) -> bool:
        in_month, in_week = moment.day in self._days, moment.isoweekday() % 7 in self._weekdays
        return in_month or in_week if self._either else in_month and in_week

    def __repr__(self) -> str:
        return f"Cron({self._text!r})"


def _numbers(field: str, what: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    numbers: set[int] = set()
    for part in field.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, f"step of the {what}", 1, high - low + 1, ()) if slash else 1
        first_text, dash, last_text = span.partition("-")
        if span == "*":
            first, last = low, high
        elif dash:
            first, last = _number(first_text, what, low, high, names), _number(last_text, what, low, high, names)
            if what == "day of the week" and last == 0:
                last = 7
        elif slash:
            raise ValueError(f"a step needs a range, or *: {part!r}")
        else:
            first = last = _number(span, what, low, high, names)
        if first > last:
            raise ValueError(f"the range {span!r} of the {what} runs backwards")
        numbers.update(range(first, last + 1, step))
    return numbers


def _number(text: str, what: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text.upper() in names:
        return low + names.index(text.upper())
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no {what}")
    number = int(text)
    if not low <= number <= high:
        raise ValueError(f"the {what} is {low} to {high}, not {number}")
    return number
