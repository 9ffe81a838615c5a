"""What the lint warns of, each with its place, and what lies near it and is meant."""

import pytest
import yaml

from autoscorer.authoring import lint
from autoscorer.rules import load_rules

HEAD = """
id: t
positions: {opening: 2, closing: 3}
behaviors:
  hold: {role: agent, name: 等待}
  sorry: {role: agent, name: 致歉}
  urge: {role: customer, name: 催促}
  lost: {role: customer, name: 没有规则}
"""
OTHERS = [
    {"id": "sorry", "behavior": "sorry", "phrases": ["抱歉"]},
    {"id": "urge", "behavior": "urge", "phrases": ["快点"]},
]


@pytest.fixture
def warnings(tmp_path):
    """The warnings about some rules, as `rule: key: message`."""

    def warnings(rules, conditions="{}"):
        listed = yaml.safe_load(rules) if isinstance(rules, str) else rules
        whole = [{"id": f"r{i}", "behavior": "hold", **rule} for i, rule in enumerate(listed)]
        content = {**yaml.safe_load(HEAD), "conditions": yaml.safe_load(conditions), "rules": whole + OTHERS}
        path = tmp_path / "book.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return [f"{w.rule}: {w.key}: {w.message}" for w in lint(load_rules(path))]

    return warnings


BESIDE = "can never hold: what it excludes is asked for beside it"
NOWHERE = "can never hold: no turn lies in all of 'where', 'turns' and 'seconds' here and around it"
CONTRADICTORY = [
    ("match: {all: [sorry, {not: sorry}]}", f"match.all.1.not: {BESIDE}"),
    ("match: {all: [sorry, {not: urge}]}", None),
    ("match: {all: [{not: sorry}, {all: [{phrases: [您好]}, sorry]}]}", f"match.all.0.not: {BESIDE}"),
    ("match: {all: [{not: sorry}, {any: [{phrases: [您好]}, sorry]}]}", "match.all.1.any.1: can never hold: see 'match.all.0.not'"),  # that branch alone
    ("match: {all: [sorry, {not: {any: [{phrases: [您好]}, sorry]}}]}", f"match.all.1.not.any.1: {BESIDE}"),
    ("match: {all: [sorry, {not: {all: [{phrases: [您好]}, sorry]}}]}", None),
    ("match: {all: [sorry, {not: {not: {not: sorry}}}]}", f"match.all.1.not.not.not: {BESIDE}"),
    ("match: {all: [{phrases: [请稍等]}, {phrases: [稍等], need: none}]}", f"match.all.1: {BESIDE}"),
    ("match: {all: [{phrases: [稍等]}, {phrases: [请稍等], need: none}]}", None),
    ("match: {all: [{phrases: [请稍等, 等等]}, {phrases: [稍等], need: none}]}", None),
    ("match: {all: [{phrases: [请稍等, 等等], need: all}, {phrases: [稍等], need: none}]}", f"match.all.1: {BESIDE}"),
    ("match: {all: [{phrases: [请稍等]}, {not: {phrases: [稍等], unless: [请稍等]}}]}", None),
    ("match: {all: [{phrases: [请稍等]}, {not: {phrases: [请稍等], where: opening}}]}", None),
    ("{where: opening, match: {all: [{phrases: [请稍等]}, {not: {phrases: [请稍等], where: opening}}]}}", f"match.all.1.not: {BESIDE}"),
    ("match: {phrases: [稍等], unless: [稍等]}", "match.phrases: '稍等' can never hit: it stands in 'unless' too"),
    ("match: {count: {of: {phrases: [稍等], unless: [再见]}}}", "match.count.of.unless: '再见' cancels nothing"),
    ("{where: opening, turns: [2, null], phrases: [稍等]}", f"where: {NOWHERE}"),
    ("{where: opening, turns: [1, null], phrases: [稍等]}", None),
    ("{where: closing, turns: [-9, -4], phrases: [稍等]}", f"where: {NOWHERE}"),
    ("{where: closing, turns: [-9, -3], phrases: [稍等]}", None),
    ("{where: closing, turns: [5, 6], phrases: [稍等]}", None),  # in a contact of six turns
    ("{where: opening, match: {phrases: [稍等], turns: [3, 4]}}", f"match: {NOWHERE}"),
    ("{where: opening, match: {phrases: [稍等], where: closing}}", None),  # in a short contact
    ("{seconds: [0, 10], match: {all: [{phrases: [稍等], seconds: [20, null]}]}}", f"match.all.0: {NOWHERE}"),
    ("{seconds: [0, 10], match: {all: [{phrases: [稍等], seconds: [-20, null]}]}}", None),
    (
        "{where: opening, match: {all: [{phrases: [稍等], where: closing}, {length: {of: turns, role: agent, at_least: 5}}]}}",
        "match.all.1: can never hold: a contact of such a length has no turn in 'where' and 'turns'",
    ),
    ("{where: opening, match: {all: [{phrases: [稍等], where: closing}, {length: {of: turns, role: agent, at_least: 4}}]}}", None),
    ("{where: opening, match: {all: [{phrases: [稍等], where: closing}, {length: {of: turns, at_least: 5}}]}}", None),
    ("{turns: [5, null], match: {all: [{phrases: [稍等]}, {length: {of: turns, at_most: 5}}]}}", "match.all.1: can never hold: a contact of such"),
    ("{match: {all: [{speech_rate: {at_least: 300}}, {speech_rate: {at_most: 200}}]}}", "match.all.1: can never hold: it and 'match.all.0' exclude each other"),
    ("{match: {all: [{speech_rate: {at_least: 200}}, {speech_rate: {at_most: 200}}]}}", None),
    ("{match: {all: [{interval: {of: gap, at_least: 9}}, {interval: {of: gap, at_most: 8}}]}}", "match.all.1: can never hold"),
    ("{match: {all: [{interval: {of: gap, at_least: 9}}, {interval: {of: silence, at_most: 8}}]}}", None),
    ("{match: {all: [{count: {of: sorry, at_least: 3}}, {count: {of: sorry, at_most: 2}}]}}", "match.all.1: can never hold"),
    ("{match: {all: [{count: {of: sorry, at_least: 3}}, {count: {of: sorry, at_most: 2, within: 4}}]}}", None),
    ("{match: {count: {of: sorry, at_least: 4, within: 2}}}", "match: can never hold: 3 turns hold no 4 hits"),
    ("{match: {count: {of: sorry, at_least: 3, within: 2}}}", None),
    ("{match: {all: [{metadata: {field: a, is: x}}, {metadata: {field: a, is: [y, z]}}]}}", "match.all.1: can never hold"),
    ("{match: {all: [{metadata: {field: a, is: x}}, {metadata: {field: a, is: [y, X]}}]}}", None),
    (
        "{match: {all: [{classifier: {task: empathy, label: none}}, {classifier: {task: empathy, label: specific}}]}}",
        "match.all.1: can never hold",
    ),
    ("{phrases: [稍等], after: {of: {all: [urge, {not: urge}]}}}", f"after.of.all.1.not: {BESIDE}"),
    ("{phrases: [稍等], after: {of: {phrases: [快点], role: customer}}}", None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), CONTRADICTORY)
def test_what_can_never_hold(warnings, rule, expected):
    found = warnings([yaml.safe_load(rule)])
    assert len(found) == (0 if expected is None else 1)
    assert expected is None or found[0].startswith(f"r0: {expected}")


def test_a_named_condition_counts_where_it_is_used(warnings):
    conditions = "{calm: {not: sorry}, theirs: {phrases: [快点], role: customer}}"
    found = warnings(
        "[{match: {all: [calm, sorry]}}, {match: {any: [theirs, {phrases: [稍等]}]}}, {match: {all: [calm, urge]}}]",
        conditions,
    )
    assert found == [
        f"r0: match.all.0.not: {BESIDE}",
        "r1: match.any.0: can never hold: it asks for turns of the customer among those of the agent",
    ]


UNREACHABLE = [
    ("{any: [{phrases: [请稍等]}, {phrases: [稍等]}]}", "r0: match.any.0: never matters: where it holds, 'any.1' holds too"),
    ("{any: [{phrases: [稍等]}, {phrases: [等等]}]}", None),
    ("{any: [{phrases: [请稍等]}, {phrases: [稍等], unless: [稍等片刻]}]}", None),
    ("{any: [{phrases: [请稍等]}, {phrases: [稍等], where: opening}]}", None),
    ("{any: [{phrases: [请稍等], where: opening}, {phrases: [稍等], turns: [0, 1]}]}", "r0: match.any.0: never matters"),
    ("{any: [{phrases: [请稍等], where: opening}, {phrases: [稍等], turns: [0, 0]}]}", None),
    ("{any: [sorry, {all: [sorry, urge]}]}", "r0: match.any.1: never matters: where it holds, 'any.0' holds too"),
    ("{any: [sorry, {any: [sorry, urge]}]}", "r0: match.any.0: never matters"),
    ("{any: [sorry, {behavior: [sorry]}]}", "r0: match.any.1: never matters"),  # the later of two alike
    ("{any: [{phrases: [姓名, 电话], need: all}, {phrases: [电话]}]}", "r0: match.any.0: never matters"),
    ("{any: [{phrases: [姓名, 电话, 地址], need: 2}, {phrases: [电话, 姓名]}]}", "r0: match.any.0: never matters"),
    ("{any: [{phrases: [姓名, 电话, 地址], need: 2}, {phrases: [电话]}]}", None),
    ("{any: [{entity: phone}, {entity: [phone, amount]}]}", "r0: match.any.0: never matters"),
    ("{any: [{interval: {of: gap, at_least: 30}}, {interval: {of: gap, at_least: 20}}]}", "r0: match.any.0: never matters"),
    ("{any: [{interval: {of: gap, at_most: 30}}, {interval: {of: gap, at_least: 20}}]}", None),
    ("{any: [{similar: {examples: [您好], threshold: 0.9}}, {similar: {examples: [您好, 再见]}}]}", "r0: match.any.0: never matters"),
    ("{any: [{phrases: [好了], after: {of: urge, within: 1}}, {phrases: [好了], after: {of: urge, within: 2}}]}", "r0: match.any.0: never matters"),
    ("{any: [{phrases: [好了], after: {of: urge, nth: 1}}, {phrases: [好了], after: urge}]}", None),  # not yet seen
    ("{any: [{phrases: [好了], before: urge}, {phrases: [好了], after: urge}]}", None),
    ("{any: [{count: {of: sorry, at_least: 2}}, sorry]}", "r0: match.any.0: never matters"),
]  # fmt: skip


@pytest.mark.parametrize(("match", "expected"), UNREACHABLE)
def test_a_branch_that_never_matters(warnings, match, expected):
    found = warnings([{"match": yaml.safe_load(match)}])
    assert len(found) == (0 if expected is None else 1)
    assert expected is None or found[0].startswith(expected)


def test_names_that_lead_nowhere(warnings):
    conditions = (
        "{used: {use: inner}, inner: {phrases: [好的]}, idle: {use: idler}, idler: {phrases: [好吧]}}"
    )
    assert warnings("[{match: used}]", conditions) == [
        "conditions: idle: no rule uses it", "conditions: idler: no rule uses it",
    ]  # fmt: skip
    never = "no rule finds 'lost', so it never holds (what the model finds does not count)"
    assert warnings("[{phrases: [稍等], after: lost}]") == [f"r0: after: {never}"]
    assert warnings("[{phrases: [稍等], before: {of: {any: [lost, urge]}}}]") == [
        f"r0: before.of.any.0: {never}"
    ]
    assert warnings("[{match: c}]", "{c: {behavior: [urge, lost]}}") == [f"conditions: c.behavior: {never}"]
    assert warnings("[{phrases: [稍等], after: urge}]") == []


OVERLAPS = [
    ("{phrases: [请稍等]}", "{phrases: [稍等]}", ["r0: phrases: '请稍等' is found by r1 too, as '稍等'"]),
    ("{phrases: [稍等, 请稍等]}", "{phrases: [等待]}", []),
    ("{phrases: [请稍等]}", "{phrases: [稍等], behavior: sorry}", []),
    ("{phrases: [请稍等]}", "{phrases: [稍等], unless: [稍等片刻]}", []),
    ("{phrases: [请稍等]}", "{phrases: [稍等], where: opening}", []),
    ("{phrases: [请稍等], where: opening}", "{phrases: [稍等]}", ["r0: phrases: '请稍等' is found by r1 too, as '稍等'"]),
    ("{phrases: [稍等], where: opening}", "{phrases: [稍等]}", ["r0: phrases: '稍等' stands in r1 too, which looks in more places"]),
    ("{phrases: [稍等]}", "{phrases: [稍等]}", ["r1: phrases: '稍等' stands in r0 and r1"]),
    ("{phrases: [请稍等]}", "{phrases: [稍等], confidence: 0.5}", []),  # the surer one is kept
    ("{phrases: [请稍等]}", "{phrases: [稍等], decisive: false}", []),
    ("{phrases: [请稍等]}", "{phrases: [稍等], transcript: speech}", []),
    ("{phrases: [请稍等], transcript: speech}", "{phrases: [稍等]}", ["r0: phrases: '请稍等' is found by r1 too, as '稍等'"]),
    ("{phrases: [请稍等]}", "{phrases: [稍等], negation: ignore}", []),
    ("{phrases: [请稍等], same_sound: true}", "{phrases: [稍等]}", []),
    ("{phrases: [请稍等]}", "{phrases: [稍等], same_sound: true}", ["r0: phrases: '请稍等' is found by r1 too, as '稍等'"]),
    ("{phrases: [请稍等], after: urge}", "{phrases: [稍等]}", ["r0: phrases: '请稍等' is found by r1 too, as '稍等'"]),
    ("{phrases: [请稍等]}", "{phrases: [稍等], after: urge}", []),
    ("{match: {all: [{phrases: [请稍等]}, sorry]}}", "{phrases: [稍等]}", ["r0: match: finds nothing that r1 does not find"]),
    ("{match: {any: [{phrases: [请稍等]}, sorry]}}", "{phrases: [稍等]}", []),
    ("{regex: ['请?稍.']}", "{regex: ['请?稍.', '等.下']}", ["r0: regex: finds nothing that r1 does not find"]),
    ("{regex: ['请?稍.']}", "{regex: ['请?稍.'], unless_regex: ['稍后']}", ["r1: regex: finds nothing that r0 does not find"]),
    ("{regex: ['请?稍.'], negation: ignore}", "{regex: ['请?稍.'], negation: ignore}", ["r1: regex: finds nothing that r0 does not find"]),
    ("{words: [稍等]}", "{phrases: [稍等]}", ["r0: words: finds nothing that r1 does not find"]),
    ("{phrases: [稍等]}", "{words: [稍等]}", ["r1: words: finds nothing that r0 does not find"]),
    ("{match: {entity: phone}}", "{match: {entity: phone}, note: again}", ["r1: match: finds nothing that r0 does not find"]),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "expected"), OVERLAPS)
def test_rules_that_overlap(warnings, one, other, expected):
    assert warnings([yaml.safe_load(one), yaml.safe_load(other)]) == expected
