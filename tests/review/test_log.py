"""The log only grows; what counts follows from it; final scores show both sides."""

import json

import pytest

from autoscorer import load_rubric
from autoscorer.errors import ConfigError, UsageError
from autoscorer.record import from_record, to_record
from autoscorer.review import Judgement, Place, final, log
from tests.review.conftest import RUBRIC, card

PLACE = Place("f.xlsx", "s", 2)


def say(subject, value, *, contact="c2", by="王芳", on="2025-03-01", points=None, appeal=None, reason=""):
    return Judgement(contact, subject, value, by, on, reason, PLACE, points, appeal, reason if appeal else "")


def logged(path, cards, *said):
    log.append(path, [log.entry(one, cards[one.contact]) for one in said])
    return log.by_subject(log.read(path))


def test_importing_twice_changes_nothing(tmp_path, cards):
    path, said = tmp_path / "reviews.jsonl", [say("total", 50.0), say("m.hello", "not_met")]
    entries = [log.entry(one, cards["c2"]) for one in said]
    assert log.append(path, entries) == log.Added(2, 0)
    before = path.read_bytes()
    assert log.append(path, entries) == log.Added(0, 2)
    assert path.read_bytes() == before
    assert log.append(path, [*entries, log.entry(say("total", 51.0), cards["c2"])]) == log.Added(1, 2)
    assert path.read_bytes().startswith(before)


def test_an_entry_keeps_the_machines_verdict(tmp_path, cards):
    logged(tmp_path / "l.jsonl", cards, say("m.care", "partial", points=2.0))
    entry = json.loads((tmp_path / "l.jsonl").read_text(encoding="utf-8"))
    assert entry["machine"] == {"outcome": "met", "points": 6.0, "max_points": 6.0}
    assert (entry["person"], entry["by"], entry["rubric"]) == (
        {"verdict": "partial", "points": 2.0},
        "王芳",
        "small@1",
    )
    assert entry["source"] == "f.xlsx, sheet 's', row 2"


def test_a_line_that_a_crash_cut_off_is_left_and_the_next_stands_alone(tmp_path, cards):
    path = tmp_path / "l.jsonl"
    logged(path, cards, say("total", 50.0))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"schema": 1, "key": "ab')
    assert len(log.read(path)) == 1
    logged(path, cards, say("total", 60.0))
    assert [e["person"]["verdict"] for e in log.read(path)] == [50.0, 60.0]


def test_a_log_of_another_kind_is_named(tmp_path):
    path = tmp_path / "l.jsonl"
    path.write_text('{"schema": 7}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"l.jsonl:1: not an entry of schema 1"):
        log.read(path)


def test_the_later_date_counts_whatever_the_order_of_import(tmp_path, cards):
    said = logged(
        tmp_path / "l.jsonl",
        cards,
        say("total", 70.0, on="2025-3-9"),
        say("total", 60.0, by="李强", on="2025/03/02"),
    )
    assert log.counting(said["c2"]["total"])["person"]["verdict"] == 70.0


def test_a_rejected_appeal_leaves_what_was(tmp_path, cards):
    said = logged(tmp_path / "l.jsonl", cards, say("m.hello", None, appeal="rejected", reason="录音里有"))
    assert log.counting(said["c2"]["m.hello"]) is None
    made = final(cards["c2"], said["c2"], load_rubric())  # nothing counts, so no rubric is needed
    assert (made.total, made.criteria) == (cards["c2"].total, cards["c2"].criteria)
    assert made.analysis.provenance["review"]["counts"] == "machine"


@pytest.mark.parametrize(
    ("contact", "said", "total", "grade", "passed"),
    [
        ("c1", [], 100.0, "好", True),
        ("c1", [("m.hello", "not_met")], 40.0, "差", False),  # the section has only this one
        ("c1", [("m.care", "not_met")], 64.0, "中", True),  # applicable after all: 4 of 10, and 10 of 10
        ("c2", [("m.care", "partial")], 85.0, "好", True),  # the rubric's half: 7 of 10 times 60, 40, bonus 3
        ("c2", [("w.extra", "not_applicable"), ("m.care", "partial")], 82.0, "好", True),
        ("c2", [("w.solve", "not_applicable"), ("m.hello", "not_met")], 63.0, "中", True),
        ("c3", [("w.rude", "met")], 0.0, "差", False),
        ("c3", [("w.rude", "met"), ("w.solve", "met"), ("m.hello", "met")], 64.0, "中", True),
        ("c1", [("w.rude", "not_met")], 59.0, "差", False),  # a critical one fails the contact
        ("c1", [("total", 70.0)], 70.0, "中", True),
        ("c1", [("m.hello", "not_met"), ("total", 81.5)], 81.5, "好", True),
        ("c3", [("total", 90.0)], 90.0, "好", False),  # rude still stands, and is critical
        ("c1", [("w.hand", "not_met")], 100.0, "好", True),
        ("c1", [("grade", "中")], 100.0, "中", True),
    ],
)
def test_final_scores_follow_the_rubric(tmp_path, cards, rubric, contact, said, total, grade, passed):
    found = logged(tmp_path / "l.jsonl", cards, *(say(s, v, contact=contact) for s, v in said))
    made = final(cards[contact], found.get(contact, {}), load_rubric(rubric))
    assert (made.total, made.grade, made.passed) == (total, grade, passed)
    if said:
        review = made.analysis.provenance["review"]
        assert review["machine"]["total"] == cards[contact].total
        assert review["counts"] == "person" and all(one["counts"] for one in review["said"])
    assert from_record(json.loads(json.dumps(to_record(made)))) == made


def test_another_rubric_is_refused(tmp_path, cards):
    said = logged(tmp_path / "l.jsonl", cards, say("m.hello", "not_met"))
    with pytest.raises(UsageError, match="was scored under small@1; pass that file with --rubric"):
        final(cards["c2"], said["c2"], load_rubric())


def test_a_section_is_lost_or_found_again_by_a_persons_word(tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text(RUBRIC.replace("when: {behavior: angry}", "critical: section"), encoding="utf-8")
    good, bad = card("c2", path), card("c4", path)  # 问候 in both; 关怀 in the first only
    assert (good.total, bad.total) == (100.0, 0.0)
    found = logged(
        tmp_path / "l.jsonl",
        {"c2": good, "c4": bad},
        say("m.care", "not_met"),
        say("m.care", "met", contact="c4"),
    )
    assert final(good, found["c2"], load_rubric(path)).total == 43.0  # 40, and the bonus
    again = final(bad, found["c4"], load_rubric(path))
    assert [c.points for c in again.criteria][:2] == [4.0, 6.0] and again.total == 60.0
