"""A few seeded cases of tests/fuzz.py, and what its long runs have found, made small."""

from types import SimpleNamespace

import pytest

from tests import fuzz

CASES = 250
RECORD = fuzz.seeds("record")[0].decode()


def bad(case, folder):
    """What a case ends in, if that is bad."""
    end, _ = fuzz.guarded(case, folder, -1, SimpleNamespace(case=None, keep=None, seed=0))
    return end if end.startswith("BAD") else None


@pytest.mark.slow
def test_seeded_cases(tmp_path):
    cases = ((number, fuzz.make(7, number)) for number in range(CASES))
    assert [(number, end) for number, case in cases if (end := bad(case, tmp_path))] == []


def test_the_same_seed_makes_the_same_case():
    assert all(
        fuzz.make(3, number) == fuzz.make(3, number) for number in range(20)
    )  # no list: it fills pages
    assert fuzz.make(3, 1) != fuzz.make(4, 1)


def record(old, new):
    assert old in RECORD
    return RECORD.replace(old, new, 1)


FOUND = [
    ("results", record('"passed": ', '"passed": [], "was": ')),
    ("results", record('"models": {}', '"models": 7')),
    ("results", record('"turn": 0, "role"', '"turn": 0, "text": null, "role"').replace('"text": "', '"text": 1, "t": "', 1)),
    ("results", record('"schema": 1', '"schema": 1, "n": ' + "9" * 5000)),
    ("record", record('"total": ', '"total": "9", "was": ')),
    ("record", record('"failed_critical": [', '"failed_critical": 1.5, "was": [')),
    ("record", record('"nearest": [', '"nearest": 7, "was": [')),
    ("record", record('"nearest": [', '"nearest": {"a": 1}, "was": [')),
    ("record", record('"nearest": [', '"nearest": [null], "was": [')),
    ("rubric", "pass_mark: " + "9" * 400),
    ("rubric", 'id: "\\ud800"'),
    ("rules", "id: a\nbehaviors: {b: {role: agent, name: b}}\nrules: [{id: r, behavior: " + "x" * 45_000 + ", phrases: [a]}]"),
    ("rules", "[" * 100_000),
    ("rules", "a: &a [*a, *a]"),
    ("rules", "? " * 3000 + "a"),
    ("reader txt", "客服：111111111111111\n客户：您好，退货\n"),
    ("reader csv", "角色,内容\n客服,1\n客户," + "嗯一" * 3000 + "\n"),
    ("reader jsonl", '{"turns": [["客服", "您好"], ["客户", "退货"]], "m": ' + '{"a":' * 400 + "1" + "}" * 400 + "}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "text"), FOUND, ids=[f"{i} {target}" for i, (target, _) in enumerate(FOUND)]
)
def test_what_fuzzing_found_stays_mended(tmp_path, target, text):
    target, _, suffix = target.partition(" ")
    name = f"case.{suffix or {'results': 'jsonl', 'record': 'json'}.get(target, 'yaml')}"
    monkey, fuzz.SCORED = fuzz.SCORED, 1
    try:
        assert bad(fuzz.Case(target, name, text.encode()), tmp_path) is None
    finally:
        fuzz.SCORED = monkey
