"""One scorecard measured: the small value that all figures are counted from."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from ..types import Analysis, CriterionScore, Outcome, Role, Scorecard
from .settings import Settings

Alarm = Literal["critical", "violation", "escalate", "negative_end"]
SEVERITY: dict[Alarm, int] = {"critical": 4, "violation": 3, "escalate": 3, "negative_end": 2}
QUOTE = 120
NEED = 80
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)|(\d{4})(\d\d)(\d\d)(?!\d)")
_UPSET = ("complaint", "escalate", "repeat", "urge", "unresolved")
_COURTESY = re.compile(r"您好|你好|喂|在吗|请问|客服|人工|哈喽|嗨|有人|[\W_]")
_SIGN = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


class Score(NamedTuple):
    """A criterion's outcome and points; the same one is shared by all contacts that have it. unsure: a person should
    look, for the outcome hangs on what the models are not sure of."""

    criterion: str
    section: str
    outcome: Outcome
    points: float
    most: float
    unsure: bool = False

    @property
    def lost(self) -> float:
        """Points that were to be had and were not got, or that were taken away."""
        return max(0.0, self.most - self.points)


class Quote(NamedTuple):
    """What somebody said, where."""

    turn: int
    role: Role
    text: str


class Loss(NamedTuple):
    """Points lost, with the words that show it; `looked` are the first and last turn searched."""

    score: Score
    reason: str
    quotes: tuple[Quote, ...]
    looked: tuple[int, int] | None


class Sign(NamedTuple):
    """Why a contact needs a person: what happened, and the words."""

    alarm: Alarm
    what: str
    quote: Quote | None


class Mood(NamedTuple):
    """The customer's feeling, from -1 to 1: at the start, at its lowest, at the end."""

    start: float
    lowest: float
    end: float


@dataclass(frozen=True, slots=True)
class Contact:
    """The figures of one scored contact. Texts are empty where a report must hold none."""

    id: str
    source: str
    rubric: str
    agent: str
    team: str
    channel: str
    day: datetime.date | None
    turns: int
    total: float
    grade: str
    passed: bool
    critical: tuple[str, ...]
    scores: tuple[Score, ...]
    losses: tuple[Loss, ...]
    signs: tuple[Sign, ...]
    complaint: bool
    repeated: bool
    mood: Mood | None
    need: str

    @property
    def unsure(self) -> tuple[str, ...]:
        """The criteria that a person should look at."""
        return tuple(score.criterion for score in self.scores if score.unsure)

    @property
    def violation(self) -> bool:
        """Whether a red line was crossed."""
        return any(sign.alarm in ("critical", "violation") for sign in self.signs)


def measure(card: Scorecard, settings: Settings, *, text: bool = True) -> Contact:
    """The figures of `card`. Without `text`, no word of the transcript is kept."""
    analysis, metadata = card.analysis, card.analysis.transcript.metadata
    shown = {d.behavior for d in analysis.detections}
    return Contact(
        id=clean(analysis.transcript.id), source=clean(analysis.transcript.source), rubric=clean(card.rubric),
        agent=_label(metadata, "agent_id"), team=_label(metadata, "team"), channel=_label(metadata, "channel"),
        day=parse_day(metadata.get("date")), turns=len(analysis.transcript.utterances), total=card.total,
        grade=clean(card.grade), passed=card.passed, critical=card.failed_critical,
        scores=tuple(map(score_of, card.criteria)), losses=tuple(_losses(card, settings, text)),
        signs=tuple(_signs(card, settings, text)), complaint=not shown.isdisjoint(settings.complaint),
        repeated="repeat" in shown, mood=_mood(analysis), need=need(analysis) if text else "",
    )  # fmt: skip


@lru_cache(maxsize=100_000)
def _score(*values: Any) -> Score:
    return Score(*values)


def score_of(score: CriterionScore) -> Score:
    """The countable part of a criterion's score."""
    return _score(score.criterion, score.section, score.outcome, score.points, score.max_points, score.unsure)


def _label(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key)
    return "" if value is None else clean(str(value).strip())


def clean(text: str) -> str:
    """`text` without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def parse_day(value: object) -> datetime.date | None:
    """The day that a date of any usual writing begins with; None where there is none.

    >>> parse_day("2024年6月7日 10:05")
    datetime.date(2024, 6, 7)
    """
    found = _DATE.match(str(value).strip()) if value is not None else None
    try:
        return datetime.date(*map(int, filter(None, found.groups()))) if found else None
    except ValueError:
        return None


def sentiment(analysis: Analysis) -> list[tuple[int, float]]:
    """The customer's feeling by turn: the probability of the label, negative below zero, neutral at zero."""
    said = [p for p in analysis.predictions if p.task == "sentiment"]
    return [(p.turn, _SIGN.get(p.label, 0.0) * p.probability) for p in said]


def _mood(analysis: Analysis) -> Mood | None:
    values = [value for _, value in sentiment(analysis)]
    return Mood(values[0], min(values), values[-1]) if values else None


def _losses(card: Scorecard, settings: Settings, text: bool) -> Iterator[Loss]:
    for criterion in card.criteria:
        score = score_of(criterion)
        if score.lost > 0 and score.outcome in ("not_met", "partial"):
            by_customer = criterion.criterion in settings.by_customer
            quotes = tuple(_words(card.analysis, criterion, by_customer)) if text else ()
            yield Loss(score, criterion.reason if text else "", quotes, criterion.looked)


def _words(analysis: Analysis, criterion: CriterionScore, by_customer: bool) -> Iterator[Quote]:
    """The words that show a loss: the evidence; else where the customer was upset and what was answered;
    else what the agent said instead, first in the opening, or last where more was searched."""
    if criterion.evidence:
        for evidence in criterion.evidence[:3]:
            yield quote_at(analysis, evidence.span.turn, evidence.text)
        return
    said = analysis.transcript.utterances
    first, last = criterion.looked or (0, len(said) - 1)
    turn = _upset_turn(analysis, last) if by_customer else None
    if turn is not None:
        yield quote_at(analysis, turn)
        first, last = turn + 1, len(said) - 1
    own = [i for i in range(first, last + 1) if said[i].role == "agent"]
    if own:
        begins = turn is not None or 2 * last < len(said)
        yield quote_at(analysis, own[0] if begins else own[-1])


def _upset_turn(analysis: Analysis, last: int) -> int | None:
    named = [d.span.turn for d in analysis.detections if d.behavior in _UPSET]
    felt = [turn for turn, value in sentiment(analysis) if value <= -0.6]
    return min((turn for turn in named + felt if turn <= last), default=None)


def quote_at(analysis: Analysis, turn: int, words: str | None = None) -> Quote:
    """A quote of a turn; of the whole of it without `words`."""
    said = analysis.transcript.utterances[turn]
    return Quote(turn, said.role, shorten(said.text if words is None else words, QUOTE))


def shorten(text: str, most: int) -> str:
    """`text` on one line, of at most `most` characters."""
    line = " ".join(clean(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _signs(card: Scorecard, settings: Settings, text: bool) -> list[Sign]:
    """Why the contact needs a person, the gravest first."""
    return sorted(_all_signs(card, settings, text), key=lambda sign: -SEVERITY[sign.alarm])


def _all_signs(card: Scorecard, settings: Settings, text: bool) -> Iterator[Sign]:
    for criterion in card.criteria:
        critical = criterion.criterion in card.failed_critical
        lost = criterion.max_points == 0 and -criterion.points >= settings.violation_points
        if critical or (criterion.outcome == "not_met" and lost):
            quotes = _words(card.analysis, criterion, False) if text else iter(())
            yield Sign("critical" if critical else "violation", criterion.criterion, next(quotes, None))
    for behavior in settings.warning.behaviors:
        found = next((d for d in card.analysis.detections if d.behavior == behavior), None)
        if found:
            yield Sign("escalate", behavior, quote_at(card.analysis, found.span.turn) if text else None)
    felt = sentiment(card.analysis)
    if felt and felt[-1][1] <= -settings.warning.negative:
        yield Sign("negative_end", "", quote_at(card.analysis, felt[-1][0]) if text else None)


def need(analysis: Analysis) -> str:
    """What the customer wants, in their own first words that say more than a greeting."""
    words: list[str] = []
    for utterance in analysis.transcript.utterances:
        if utterance.role == "customer" and len(_COURTESY.sub("", utterance.text)) >= 4:
            words.append(utterance.text)
            if sum(map(len, words)) >= 12:
                break
    return shorten("，".join(words), NEED)
