"""Report settings: the shipped file knows the shipped rubric, and mistakes are named."""

import re
from pathlib import Path

import pytest

from autoscorer.errors import ConfigError
from autoscorer.report.settings import load_settings
from autoscorer.report.words import WORDS
from autoscorer.rubric import load_rubric
from autoscorer.rules import load_rules

SETTINGS = load_settings()


def test_the_shipped_settings_name_what_is_there():
    rules = load_rules()
    rubric = load_rubric(rules=rules)
    known = {c.id for section in rubric.sections for c in section.criteria}
    for named in (*SETTINGS.servqual, *SETTINGS.training):
        assert set(named.criteria) <= known, named.id
    assert {*SETTINGS.complaint, *SETTINGS.warning.behaviors} <= set(rules.behaviors)


def test_every_scored_criterion_belongs_to_a_topic_but_bonuses():
    rubric = load_rubric()
    scored = {c.id for s in rubric.sections for c in s.criteria if c.kind in ("score", "deduction")}
    assert scored <= {c for topic in SETTINGS.training for c in topic.criteria}


def test_no_criterion_counts_twice():
    for groups in (SETTINGS.servqual, SETTINGS.training):
        all_ids = [c for group in groups for c in group.criteria]
        assert len(all_ids) == len(set(all_ids))


def test_all_four_priorities_are_there():
    assert {topic.priority for topic in SETTINGS.training} == {"red", "yellow", "green", "blue"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("goals: {mean: 200}", ":3: goals.mean"),
        ("goals: {maen: 80}", "allowed: mean, pass_rate, critical_rate, complaint_rate, violation_rate"),
        ("anomaly: {jump: big}", ":3: anomaly.jump"),
        ("training: [{id: a, name: b, priority: pink, criteria: [x]}]", "'red', 'yellow', 'green' or 'blue'"),
        ("servqual: [{id: a, name: b, criteria: []}]", ":3: servqual.0.criteria"),
        ("enough: 0", ":3: enough"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    path = tmp_path / "s.yaml"
    path.write_text(f"id: a\nversion: 1\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_settings(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_words_have_both_languages_and_the_same_blanks():
    for key, (zh, en) in WORDS.items():
        assert zh and en, key
        assert sorted(re.findall(r"{\w+", zh)) == sorted(re.findall(r"{\w+", en)), key


def test_the_example_of_the_page_is_valid(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"^```yaml settings[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    path = tmp_path / "mine.yaml"
    path.write_text(body, encoding="utf-8")
    assert load_settings(path).goals.mean == 88
