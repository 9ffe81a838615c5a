"""Times as they are written become seconds from the beginning of the contact."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from ..characters import check_time

DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,6})?"
HALF = r"(?:上午|早上|凌晨|中午|下午|晚上)"
STAMP = rf"(?:{DATE}[ \tt]*)?(?:{HALF} ?)?{CLOCK}(?:z|[+-]\d{{2}}:?\d{{2}})?"

_DATED = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?[ \ttT]*"
    rf"(?P<half>{HALF})? ?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?"
    r"(?:[.,](?P<fraction>\d{1,6})\d*)?\s*(?P<zone>[zZ]|[+-]\d{2}:?\d{2})?"
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,6})\d*)?")
_HOUR, _DAY = 3600.0, 86400.0
_EPOCH, _EPOCH_MS = 1e8, 1e11  # no contact lasts three years: such numbers count from 1970

Kind = Literal["seconds", "clock", "date"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as written: seconds of its kind, and the calendar day if one was given."""

    kind: Kind
    seconds: float
    day: str | None = None


def parse(value: Any) -> Moment | None:
    """The moment that a cell, number or string names, or None when it names none.

    Raises TranscriptError `bad_time` for NaN, infinite and negative numbers.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _dated(value)
    if isinstance(value, time):
        return Moment(
            "clock", _HOUR * value.hour + 60 * value.minute + value.second + value.microsecond / 1e6
        )
    if isinstance(value, timedelta):
        return _number(value.total_seconds())
    return _number(value) if isinstance(value, int | float) else _text(str(value).strip())


def _number(value: float) -> Moment:
    try:
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    check_time(seconds, "a time")
    if seconds >= _EPOCH:
        return Moment("date", seconds / 1000 if seconds >= _EPOCH_MS else seconds)
    return Moment("seconds", seconds)


def _text(value: str) -> Moment | None:
    if len(value) > 40:
        return None
    if match := _DATED.fullmatch(value):
        return _from_parts(match)
    if match := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(part or 0) for part in match.group(1, 2, 3))
        return Moment("clock", hours * _HOUR + minutes * 60 + seconds + _fraction(match[4]))
    try:
        return _number(float(value.removesuffix("s").removesuffix("秒")))
    except ValueError:
        return None


def _fraction(digits: str | None) -> float:
    return float(f"0.{digits}") if digits else 0.0


def _from_parts(match: re.Match[str]) -> Moment | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.group(*_PARTS))
    if match["half"] in ("下午", "晚上", "中午") and hour < (11 if match["half"] == "中午" else 12):
        hour += 12
    try:
        moment = datetime(year, month, day, hour, minute, second, int(_fraction(match["fraction"]) * 1e6))
    except ValueError:
        return None
    offset = _offset(match["zone"])
    return Moment("date", moment.replace(tzinfo=UTC).timestamp() - offset, moment.date().isoformat())


def _offset(zone: str | None) -> float:
    if not zone or zone in "zZ":
        return 0.0
    seconds = int(zone[1:3]) * _HOUR + int(zone[-2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _dated(value: datetime) -> Moment:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return Moment("date", aware.timestamp(), value.date().isoformat())


Pair = tuple[float | None, float | None]


def timeline(moments: Sequence[tuple[Moment | None, Moment | None]]) -> tuple[list[Pair], str | None]:
    """Starts and ends in seconds from the beginning, and the day of the first dated one.

    Dates count from the first date. Times of day count from the first, if that is an hour or later;
    earlier ones are taken as they stand. What lies before the beginning becomes None.
    """
    known = [moment for pair in moments for moment in pair if moment]
    bases: dict[Kind, float] = {"seconds": 0.0, "clock": 0.0, "date": 0.0}
    for moment in reversed(known):
        bases[moment.kind] = moment.seconds
    bases["seconds"] = 0.0
    bases["clock"] = bases["clock"] if bases["clock"] >= _HOUR else 0.0
    day = next((moment.day for moment in known if moment.day), None)
    return [_ordered(_since(start, bases), _since(end, bases)) for start, end in moments], day


def _since(moment: Moment | None, bases: dict[Kind, float]) -> float | None:
    if moment is None:
        return None
    seconds = moment.seconds - bases[moment.kind]
    if seconds < -_DAY / 2 and moment.kind == "clock":  # past midnight
        seconds += _DAY
    return round(seconds, 6) if seconds >= 0 else None


def _ordered(start: float | None, end: float | None) -> Pair:
    return (start, None) if start is not None and end is not None and end < start else (start, end)
