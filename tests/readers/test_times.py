"""Times as people and machines write them."""

import datetime
import math

import pytest

from autoscorer.errors import TranscriptError
from autoscorer.readers import times


@pytest.mark.parametrize(
    "value, kind, seconds",
    [
        (3, "seconds", 3),
        (2.5, "seconds", 2.5),
        ("2.5", "seconds", 2.5),
        ("12s", "seconds", 12),
        ("12秒", "seconds", 12),
        ("01:02", "clock", 62),
        ("01:01:02", "clock", 3662),
        ("01:01:02.250", "clock", 3662.25),
        ("00:00:01,5", "clock", 1.5),
        (datetime.time(1, 0, 2), "clock", 3602),
        (datetime.timedelta(minutes=1), "seconds", 60),
        ("1970-01-01 00:00:09", "date", 9),
        ("1970-01-01T08:00:09+08:00", "date", 9),
        ("1970-01-01T00:00:09.5Z", "date", 9.5),
        ("1970年1月2日 00:00", "date", 86400),
        ("1970-01-01 上午 8:00:09", "date", 28809),
        ("1970-01-01 下午 8:00", "date", 72000),
        ("1970-01-01 中午 12:00", "date", 43200),
        ("1970/1/1 下午12:30", "date", 45000),
        (1714528800, "date", 1714528800),
        (1714528800123, "date", 1714528800.123),
    ],
)
def test_parse(value, kind, seconds):
    moment = times.parse(value)
    assert moment.kind == kind
    assert moment.seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value", [None, "", "soon", True, "2024-05-01", "2024-13-01 10:00", "1:2", "x" * 99, [1], {}]
)
def test_no_time(value):
    assert times.parse(value) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, "-3", "nan", "inf", 10**400])
def test_bad_time(value):
    with pytest.raises(TranscriptError) as caught:
        times.parse(value)
    assert caught.value.code == "bad_time"


def starts(*values):
    pairs, day = times.timeline([(times.parse(value), None) for value in values])
    return [start for start, _ in pairs], day


@pytest.mark.parametrize(
    "values, expected",
    [
        ([5, 9], [5, 9]),
        (["00:05", "00:09"], [5, 9]),
        (["10:00:00", "10:00:07"], [0, 7]),
        (["23:59:58", "00:00:03"], [0, 5]),
        (["2024-05-01 10:00:00", "2024-05-02 10:00:00"], [0, 86400]),
        (["2024-05-01 10:00:09", "2024-05-01 10:00:00"], [0, None]),
        ([None, "2024-05-01 10:00:09", None], [None, 0, None]),
    ],
)
def test_timeline(values, expected):
    assert starts(*values)[0] == expected


def test_the_day_is_the_first_date():
    assert starts("00:05", "2024-5-1 10:00:00", "2024-05-02 10:00:00")[1] == "2024-05-01"
