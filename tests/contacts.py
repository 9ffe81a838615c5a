"""Contacts, analyses and scorecards made by hand, for tests that should not depend on rules or models."""

from __future__ import annotations

import textwrap

import yaml

from autoscorer import yaml_file
from autoscorer.rubric import Condition, Rubric
from autoscorer.rules import Behavior, Positions
from autoscorer.scoring import make_scorecard
from autoscorer.scoring.conditions import Judge
from autoscorer.scoring.facts import Facts
from autoscorer.types import Analysis, Detection, Prediction, Span, Transcript, Utterance

ROLES = {"a": "agent", "c": "customer", "s": "system"}
BEHAVIORS = {
    "greet": Behavior(role="agent", name="问好", name_en="greets"),
    "sorry": Behavior(role="agent", name="道歉", name_en="apologises"),
    "ask": Behavior(role="agent", name="提问", name_en="asks"),
    "solve": Behavior(role="agent", name="解决", name_en="solves"),
    "bye": Behavior(role="agent", name="道别", name_en="says goodbye"),
    "rude": Behavior(role="agent", name="粗鲁", name_en="is rude"),
    "angry": Behavior(role="customer", name="生气", name_en="is angry"),
    "thank": Behavior(role="customer", name="道谢", name_en="thanks"),
}


def _yaml(text):
    """YAML as rubrics are read: `on` is a key like any other."""
    return yaml.load(text, yaml_file._Loader)


def contact(*turns, **metadata):
    """A transcript. A turn is `"a 您好"` (a, c, s: who speaks), or that with its start, or start and end."""
    return Transcript("c1", tuple(map(_utterance, turns)), "memory", metadata)


def _utterance(turn):
    said, *times = (turn,) if isinstance(turn, str) else turn
    return Utterance(ROLES[said[0]], said[2:], None, *times)


def analysis(transcript, found=None, labels=None, models=("sentiment", "empathy")):
    """An analysis with `found`, {turn: "behavior ..."}, each on the turn's first two characters, and `labels`,
    {turn: "task label probability"}. `models` are the classifiers that ran."""
    detections = [
        Detection(name, Span(turn, 0, 2), transcript.utterances[turn].text[:2], "rule:r", 0.9)
        for turn, names in (found or {}).items()
        for name in names.split()
    ]
    predictions = []
    for turn, said in (labels or {}).items():
        task, label, probability = said.split()
        predictions.append(Prediction(task, turn, label, float(probability)))
    provenance = {
        "version": "0", "rules": "r@1", "rules_sha256": "0" * 64, "rubric_sha256": "0" * 64,
        "models": dict.fromkeys(models, "1" * 64),
    }  # fmt: skip
    return Analysis(transcript, tuple(detections), tuple(predictions), provenance)


def judge(about, named="{}", *, opening=2, closing=2):
    """A Judge of one analysis; `named` are named conditions as YAML."""
    conditions = {name: Condition.model_validate(c) for name, c in _yaml(named).items()}
    rubric = Rubric.model_construct(conditions=conditions)
    return Judge(Facts(about, Positions(opening=opening, closing=closing)), rubric, BEHAVIORS)


def condition(text):
    """A condition from YAML, as it would stand in a rubric."""
    return Condition.model_validate(_yaml(text))


def rubric_of(*criteria, head=""):
    """A rubric of one section of weight 100, of criteria given as YAML maps; `head` adds top-level keys."""
    body = "".join(f"      - {one}\n" for one in criteria)
    return rubric_from(f"{head}\nsections:\n  - id: s\n    name: 段\n    weight: 100\n    criteria:\n{body}")


def rubric_from(text):
    """A rubric from YAML without id, version and grades."""
    data = _yaml(textwrap.dedent(text))
    grades = [
        {"name": "优", "name_en": "excellent", "at_least": 90},
        {"name": "良", "name_en": "good", "at_least": 60},
        {"name": "差", "name_en": "poor", "at_least": 0},
    ]
    return Rubric.model_validate({"id": "t", "version": 1, "grades": grades, **data})


def scored(rubric, about, lang="zh"):
    """The scorecard of an analysis."""
    return make_scorecard(about, rubric, BEHAVIORS, lang=lang)


def only(rubric, about, lang="zh"):
    """The score of the rubric's first criterion, quotes checked against the text."""
    card = scored(rubric, about, lang)
    check_quotes(card)
    return card.criteria[0]


def check_quotes(card):
    """Every quote of a scorecard is the text that stands there."""
    said = card.analysis.transcript.utterances
    quotes = [e for c in card.criteria for e in (*c.evidence, *c.nearest)] + list(card.analysis.detections)
    for quote in quotes:
        span = quote.span
        assert 0 <= span.start < span.end <= len(said[span.turn].text)
        assert quote.text == said[span.turn].text[span.start : span.end]
