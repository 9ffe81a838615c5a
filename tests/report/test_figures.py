"""The figures over many contacts, worked out by hand."""

import datetime
from dataclasses import replace

import pytest

from autoscorer.report import agents, overview, scenes, trend
from autoscorer.report.figures import grades, severity, summarize, urgent
from autoscorer.report.settings import Anomaly, Goals
from autoscorer.segment import Segmenter
from autoscorer.types import Failure

from .cards import (
    CLEAN,
    GREETED,
    NONE,
    NOT_GREETED,
    OPTIONS,
    RUDE,
    SETTINGS,
    SOLVED,
    contact,
    criterion,
)

LIMITS = Anomaly()


def test_goals_against_actual():
    contacts = [contact(total=90.0), contact(total=50.0)]
    found = overview.goals(contacts, Goals(mean=70, pass_rate=60, critical_rate=0))
    assert [(g.measure, g.goal, g.actual, g.reached) for g in found] == [
        ("mean", 70, 70.0, True), ("pass_rate", 60, 50.0, False), ("critical_rate", 0, 0.0, True),
    ]  # fmt: skip


def test_shares_are_points_of_points_and_leave_out_what_has_none():
    contacts = [contact(criteria=(GREETED, SOLVED, RUDE, NONE)), contact(criteria=(NOT_GREETED, CLEAN))]
    assert overview.sections(contacts) == {"attitude": 0.5, "solving": 0.25}
    assert overview.share(contacts, ["attitude.greeting", "solving.solution"]) == (6 / 16, 2)
    assert overview.share(contacts, ["red_lines.rudeness", "solving.consent"]) == (None, 0)


def test_criteria():
    found = overview.criteria(
        [contact(criteria=(GREETED, RUDE)), contact(criteria=(NOT_GREETED, CLEAN, NONE))]
    )
    greeting, rudeness, consent = found
    assert greeting.outcomes == {"met": 1, "not_met": 1}
    assert (greeting.share, greeting.lost, greeting.missed) == (0.5, 4.0, overview.Rate(1, 2))
    assert (rudeness.share, rudeness.lost, rudeness.judged) == (None, 10.0, 2)
    assert (consent.share, consent.lost, consent.judged) == (None, 0.0, 0)
    assert [c.id for c in overview.weakest(found)] == ["red_lines.rudeness", "attitude.greeting"]


def test_groups_leave_out_the_unnamed_and_begin_with_the_lowest():
    contacts = [contact(total=t, team=team) for t, team in ((90.0, "甲"), (70.0, "乙"), (50.0, ""))]
    rows = overview.groups(contacts, lambda c: c.team, LIMITS)
    assert [(row.name, row.count, row.mean) for row in rows] == [("乙", 1, 70.0), ("甲", 1, 90.0)]


def test_a_group_is_red_only_where_chance_does_not_explain_it():
    bad = [contact(team="甲", behaviors=("complaint 0",)) for _ in range(12)]
    good = [contact(team="乙") for _ in range(100)]
    rows = {row.name: row.red for row in overview.groups(bad + good, lambda c: c.team, LIMITS)}
    assert rows == {"甲": ("complaint_rate",), "乙": ()}
    rows = overview.groups([*bad[:1], *good], lambda c: c.team, LIMITS)
    assert [row.red for row in rows] == [(), ()]


def test_servqual_has_only_what_was_scored():
    found = overview.servqual(
        [contact(criteria=(NOT_GREETED,)), contact(criteria=(GREETED, SOLVED))], SETTINGS
    )
    assert [(q.id, q.share, q.contacts) for q in found] == [("reliability", 0.25, 1), ("assurance", 0.5, 2)]


def dated(monday, complaints, count):
    """So many contacts of one week, the first of them complaints."""
    days = [(monday + datetime.timedelta(n % 7)).isoformat() for n in range(count)]
    return [
        contact(date=day, behaviors=("complaint 0",) if n < complaints else ()) for n, day in enumerate(days)
    ]


FIRST = datetime.date(2024, 6, 3)


def jumps(*counts, limits=LIMITS):
    """The rules that each week broke; a week is (complaints, contacts)."""
    contacts = [
        c
        for n, (hits, count) in enumerate(counts)
        for c in dated(FIRST + datetime.timedelta(7 * n), hits, count)
    ]
    return [[jump.rule for jump in week.jumps] for week in trend.weeks(contacts, limits)]


def test_weeks_begin_on_mondays_and_undated_contacts_are_left_out():
    contacts = [contact(date="2024-06-09"), contact(date="2024-06-10", total=50.0), contact()]
    found = trend.weeks(contacts, LIMITS)
    assert [(w.monday.isoformat(), w.count, w.mean) for w in found] == [
        ("2024-06-03", 1, 80.0),
        ("2024-06-10", 1, 50.0),
    ]


@pytest.mark.parametrize(
    ("counts", "rules"),
    [
        (((4, 40), (4, 40), (9, 40)), [[], [], ["jump"]]),  # 22.5 % after 10 %
        (((4, 40), (4, 40), (7, 40)), [[], [], []]),  # 17.5 %: no ten points
        (((4, 40), (4, 40), (16, 40)), [[], [], ["limit"]]),  # beyond three sigma
        (((1, 10), (1, 10), (3, 10)), [[], [], []]),  # twenty points, but ten contacts
        (((0, 10), (0, 10), (4, 10)), [[], [], ["limit"]]),  # from nothing
        (((4, 40), (0, 40)), [[], []]),  # better is not an alarm
        (((4, 40), (20, 40), (20, 40)), [[], ["limit"], ["limit"]]),  # a bad week hides not the next
        (((20, 40),), [[]]),  # nothing to compare with
    ],
)
def test_jumps(counts, rules):
    assert jumps(*counts) == rules


def test_a_jump_says_from_where():
    contacts = [*dated(FIRST, 4, 40), *dated(FIRST + datetime.timedelta(7), 16, 40)]
    (jump,) = trend.weeks(contacts, LIMITS)[1].jumps
    assert (jump.measure, jump.before) == ("complaint_rate", 0.1)


def test_places_claim_no_order_where_intervals_overlap():
    ends = {"a": (80.0, 90.0), "b": (75.0, 85.0), "c": (60.0, 79.0), "d": (50.0, 59.0), "e": None}
    assert agents.rank(ends) == {"a": (1, 2), "b": (1, 3), "c": (2, 3), "d": (4, 4), "e": None}


def test_places_that_touch_overlap():
    assert agents.rank({"a": (80.0, 90.0), "b": (70.0, 80.0)}) == {"a": (1, 2), "b": (1, 2)}


def test_agents_have_the_interval_of_the_pooled_deviation():
    contacts = [
        contact(total=t, agent_id=a)
        for a, t in (("1", 80.0), ("1", 90.0), ("2", 60.0), ("2", 70.0), ("3", 75.0))
    ]
    first, third, second = agents.agents(contacts, SETTINGS)
    assert [first.id, third.id, second.id] == ["1", "3", "2"]
    half = 4.3027 * 50**0.5 / 2**0.5  # t of 2 degrees of freedom; the deviation of 5, 5, 5, 5 over 2
    assert (first.low, first.high) == (pytest.approx(85 - half), pytest.approx(min(100, 85 + half)))
    assert third.high - third.low > first.high - first.low


def test_single_contacts_have_no_interval():
    found = agents.agents([contact(agent_id="1"), contact(agent_id="2")], SETTINGS)
    assert [(a.low, a.best) for a in found] == [(None, None), (None, None)]


def needs(*groups):
    """Topic, priority, share and deductions of the needs of one agent with these contacts."""
    found = agents.needs([contact(criteria=criteria) for criteria in groups], SETTINGS)
    return [(n.topic, n.priority, n.share, n.deducted.hits) for n in found]


def test_needs():
    poor = (NOT_GREETED, SOLVED)
    assert needs(poor, poor) == []  # two contacts are not enough
    assert needs(poor, poor, poor) == [("solving", "yellow", 0.25, 0), ("etiquette", "green", 0.0, 0)]
    assert needs((GREETED,), (GREETED,), (GREETED,)) == []


def test_a_red_need_comes_first_and_for_one_serious_violation():
    serious = criterion("red_lines.private_data", "not_met", -10.0, 0.0, 1)
    assert needs((serious,), *[(GREETED,)] * 40) == [("compliance", "red", None, 1)]
    assert [n[0] for n in needs((serious, SOLVED), (SOLVED,), (SOLVED,))] == ["compliance", "solving"]


def test_one_rude_contact_of_many_is_no_need_and_one_of_five_is():
    assert needs((RUDE,), *[(GREETED,)] * 9) == []
    assert needs((RUDE,), *[(GREETED,)] * 4) == [("conduct", "red", None, 1)]


def test_needs_show_different_contacts():
    group = [contact(f"c{n}", criteria=(SOLVED,)) for n in range(5)]
    (need,) = agents.needs(group, SETTINGS)
    assert [example.contact for example in need.examples] == ["c0", "c1", "c2"]
    assert need.examples[0].loss.quotes[0].text == "您好"


SAID = [
    "c 退款申请三天了还没到账", "c 我的退款还没有到账", "c 退款什么时候到账", "c 发票抬头写错了", "c 发票抬头要重开",
    "c 宽带今天断了", "c 喂",
]  # fmt: skip


def scenes_of(said):
    contacts = [contact(f"c{n}", talk=(text, "a 您好")) for n, text in enumerate(said)]
    return scenes.scenes(contacts, Segmenter().words, SETTINGS.ignore)


def test_scenes_put_together_what_is_said_alike():
    first, second = scenes_of(SAID)
    assert (first.count, second.count) == (3, 2)
    assert "退款" in first.words
    assert {"发票", "抬头"} <= set(second.words)
    assert first.contacts == ("c0", "c1", "c2")
    assert {id for id, _ in first.examples} <= set(first.contacts)


def test_scenes_are_the_same_each_time_and_none_without_repetition():
    assert scenes_of(SAID) == scenes_of(SAID)
    assert scenes_of(["c 退款没有到账", "c 宽带断了好久"]) == ()
    assert scenes_of([]) == ()


def test_scenes_read_traditional_as_simplified():
    (scene,) = scenes_of(["c 發票抬頭開錯了", "c 发票抬头开错了要换"])
    assert scene.count == 2


def test_grades_have_empty_bands_and_either_language():
    contacts = [contact(total=95.0), contact(total=95.0, grade="excellent"), contact(total=40.0)]
    assert grades(contacts, OPTIONS.names) == (("优秀", 2), ("良好", 0), ("合格", 0), ("待改进", 1))


def test_grades_of_another_rubric_go_by_their_totals():
    contacts = [
        contact(total=t, grade=g, rubric="mine@1") for t, g in ((90.0, "A"), (60.0, "B"), (70.0, "B"))
    ]
    assert grades(contacts, OPTIONS.names) == (("A", 1), ("B", 2))


def test_urgent_are_the_gravest_then_the_latest():
    rude = contact("rude", criteria=(RUDE,), date="2024-06-01")
    late = contact("late", criteria=(RUDE,), date="2024-06-02")
    critical = contact("critical", criteria=(RUDE,), critical=("red_lines.rudeness",))
    twice = contact("twice", criteria=(RUDE,), behaviors=("escalate 0",))
    found = urgent([contact("calm"), rude, late, critical, twice])
    assert [(c.id, severity(c)) for c in found] == [("twice", 6), ("critical", 4), ("late", 3), ("rude", 3)]


def test_the_whole_summary():
    failures = [Failure("x.txt", "read", "no_dialogue", "m"), Failure("y.txt", "read", "no_dialogue", "m")]
    contacts = [contact("a", 90.0, date="2024-06-03", agent_id="1"), contact("b", 50.0, date="2024-06-20")]
    made = summarize(contacts, failures, SETTINGS, OPTIONS.names, cut=Segmenter().words)
    assert (made.count, made.mean, made.failures) == (2, 70.0, (("no_dialogue", 2),))
    assert (made.first.isoformat(), made.last.isoformat()) == ("2024-06-03", "2024-06-20")
    assert [a.id for a in made.agents] == ["1"]
    assert made == summarize(contacts, failures, SETTINGS, OPTIONS.names, cut=Segmenter().words)


def test_ties_of_equal_contacts_do_not_depend_on_their_order():
    contacts = [replace(contact(f"c{n}"), agent=str(n % 3)) for n in range(9)]
    one = agents.agents(contacts, SETTINGS)
    other = agents.agents(contacts[::-1], SETTINGS)
    assert [a.id for a in one] == [a.id for a in other] == ["0", "1", "2"]
