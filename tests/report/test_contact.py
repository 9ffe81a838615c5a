"""What is measured of one contact."""

import datetime

import pytest

from autoscorer.report.contact import Quote, measure, parse_day

from .cards import (
    CLEAN,
    GREETED,
    NONE,
    NOT_GREETED,
    RUDE,
    SETTINGS,
    SOLVED,
    TALK,
    card,
    contact,
    criterion,
)

DAY = datetime.date(2024, 6, 7)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-06-07", DAY), ("2024/6/7", DAY), ("2024.06.07", DAY), ("20240607", DAY), ("2024年6月7日", DAY),
        ("2024-06-07T10:05:00", DAY), ("2024-06-07 23:59:59", DAY), (" 2024-6-07 ", DAY), (20240607, DAY),
        (None, None), ("", None), ("昨天", None), ("2024-13-07", None), ("2024-02-30", None), ("06-07", None),
        ("7/6/2024", None),
    ],
)  # fmt: skip
def test_days(written, day):
    assert parse_day(written) == day


def test_labels_are_text_and_may_be_missing():
    made = contact(agent_id=1001, team=" 一组 ", channel=None)
    assert (made.agent, made.team, made.channel, made.day) == ("1001", "一组", "", None)


def test_scores_and_losses():
    made = contact(criteria=(GREETED, SOLVED, RUDE, NONE))
    assert [(score.criterion, score.lost) for score in made.scores] == [
        ("attitude.greeting", 0.0), ("solving.solution", 6.0), ("red_lines.rudeness", 10.0), ("solving.consent", 0.0),
    ]  # fmt: skip
    assert [loss.score.criterion for loss in made.losses] == ["solving.solution", "red_lines.rudeness"]
    assert made.losses[1].quotes == (Quote(1, "agent", "您好"),)


def test_a_miss_quotes_what_was_said_instead():
    talk = ("c 你好", "a 什么事", "c 我要退货", "a 退不了", "c 为什么", "a 规定")
    opening = criterion("attitude.greeting", "not_met", 0, 4, looked=(1, 2))
    closing = criterion("process.farewell", "not_met", 0, 3, looked=(1, 5))
    made = contact(criteria=(opening, closing), talk=talk)
    assert [loss.quotes[0].text for loss in made.losses] == ["什么事", "规定"]


def test_a_miss_of_soothing_quotes_the_customer_and_the_answer():
    talk = ("c 你好", "a 您好", "c 你们太差了", "a 哦")
    missed = criterion("attitude.soothing", "not_met", 0, 6, looked=(3, 3))
    made = contact(criteria=(missed,), talk=talk, behaviors=("complaint 2",))
    assert [(q.role, q.text) for q in made.losses[0].quotes] == [("customer", "你们太差了"), ("agent", "哦")]


def test_signs():
    made = contact(
        criteria=(RUDE,), critical=("red_lines.rudeness",), behaviors=("escalate 0",), moods=("2 negative 0.9",)
    )  # fmt: skip
    assert [(s.alarm, s.what) for s in made.signs] == [
        ("critical", "red_lines.rudeness"), ("escalate", "escalate"), ("negative_end", ""),
    ]  # fmt: skip
    assert made.violation
    assert made.complaint


@pytest.mark.parametrize(
    ("more", "signs"),
    [
        ({"criteria": (CLEAN,)}, []),
        ({"criteria": (NOT_GREETED,)}, []),
        ({"criteria": (criterion("red_lines.jargon", "not_met", -3.0, 0.0, 1),)}, []),
        ({"criteria": (criterion("red_lines.jargon", "not_met", -5.0, 0.0, 1),)}, ["violation"]),
        ({"moods": ("0 negative 0.99", "2 neutral 0.9")}, []),
        ({"moods": ("2 negative 0.79",)}, []),
        ({"moods": ("2 negative 0.8",)}, ["negative_end"]),
        ({"behaviors": ("complaint 0",)}, []),
    ],
)
def test_near_misses_of_signs(more, signs):
    assert [sign.alarm for sign in contact(**more).signs] == signs


def test_mood():
    made = contact(moods=("0 negative 0.6", "2 positive 0.9"))
    assert made.mood == (-0.6, -0.6, 0.9)
    assert contact().mood is None


def test_the_need_is_more_than_a_greeting():
    talk = ("c 你好，在吗", "a 您好", "c 我要退货", "a 好的", "c 订单是昨天买的那个杯子", "a 好")
    assert contact(talk=talk).need == "我要退货，订单是昨天买的那个杯子"
    assert contact(talk=("c 喂", "a 您好")).need == ""


def test_without_text_no_word_is_kept():
    made = measure(
        card(criteria=(SOLVED, RUDE), behaviors=("escalate 0",), moods=("2 negative 0.9",)),
        SETTINGS,
        text=False,
    )
    assert made.need == ""
    assert all(not loss.quotes and not loss.reason for loss in made.losses)
    assert [(s.alarm, s.quote) for s in made.signs] == [
        ("violation", None),
        ("escalate", None),
        ("negative_end", None),
    ]
    assert not any(said[2:6] in repr(made) for said in TALK)
