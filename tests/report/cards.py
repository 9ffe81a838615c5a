"""Scorecards made by hand, so that every figure of a report can be worked out on paper."""

from __future__ import annotations

from autoscorer.report import make_options
from autoscorer.report.contact import measure
from autoscorer.report.settings import load_settings
from autoscorer.types import (
    Analysis,
    CriterionScore,
    Detection,
    Evidence,
    Prediction,
    Scorecard,
    Span,
    Transcript,
    Utterance,
)

SETTINGS = load_settings()
OPTIONS = make_options()
ROLES = {"a": "agent", "c": "customer", "s": "system"}
TALK = ("c 我的退款三天了还没到账", "a 您好，我帮您查一下", "c 好的谢谢", "a 不客气，再见")


def utterance(turn):
    """`"a 您好"`, or that with its start and end."""
    said, *times = (turn,) if isinstance(turn, str) else turn
    return Utterance(ROLES[said[0]], said[2:], None, *times)


def criterion(id, outcome, points, most, *turns, looked=None, texts=None):
    """A criterion's score; `turns` are those of its evidence, each on the first two characters."""
    evidence = tuple(Evidence(Span(turn, 0, 2), (texts or TALK)[turn][2:4]) for turn in turns)
    reason = "符合" if outcome == "met" else "未见；在别处有第 1 轮“退款”"
    return CriterionScore(id, id.split(".")[0], f"名 {id}", outcome, points, most, reason, evidence, looked)


GREETED = criterion("attitude.greeting", "met", 4.0, 4.0, 1)
NOT_GREETED = criterion("attitude.greeting", "not_met", 0.0, 4.0, looked=(1, 3))
RUDE = criterion("red_lines.rudeness", "not_met", -10.0, 0.0, 1)
CLEAN = criterion("red_lines.rudeness", "met", 0.0, 0.0)
SOLVED = criterion("solving.solution", "partial", 2.0, 8.0, 1)
NONE = criterion("solving.consent", "not_applicable", 0.0, 0.0)


def card(
    id="c1", total=80.0, criteria=(GREETED, CLEAN), *, talk=TALK, behaviors=(), moods=(), critical=(), passed=None,
    grade=None, rubric="default@1", **metadata,
):  # fmt: skip
    """A scorecard. `behaviors` are "name turn"; `moods` are "turn label probability"."""
    transcript = Transcript(id, tuple(map(utterance, talk)), f"{id}.txt", metadata)
    detections = tuple(
        Detection(name, Span(int(turn), 0, 2), transcript.utterances[int(turn)].text[:2], "rule:r", 0.9)
        for name, turn in (b.split() for b in behaviors)
    )
    predictions = tuple(
        Prediction("sentiment", int(turn), label, float(p)) for turn, label, p in (m.split() for m in moods)
    )
    analysis = Analysis(transcript, detections, predictions, {"models": {"sentiment": "0"}})
    passed = total >= 60 and not critical if passed is None else passed
    grade = grade or (
        "优秀" if total >= 90 else "良好" if total >= 80 else "合格" if total >= 60 else "待改进"
    )
    return Scorecard(analysis, rubric, tuple(criteria), total, grade, passed, tuple(critical))


def contact(*arguments, **more):
    """A measured contact."""
    return measure(card(*arguments, **more), SETTINGS)
