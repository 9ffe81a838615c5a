"""The values that flow through the scorer. All are frozen; each stage returns a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["agent", "customer", "system"]
Outcome = Literal["met", "partial", "not_met", "not_applicable", "manual"]
Stage = Literal["read", "analyze", "score", "write"]

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said. `start` and `end` are seconds from the beginning of the contact, when known."""

    role: Role
    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a transcript was read: its format, the encoding found, and where its roles come from."""

    format: str
    encoding: str | None = None
    roles: Literal["labelled", "inferred"] = "labelled"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """One contact: who said what, in order. A turn is an index into `utterances`."""

    id: str
    utterances: tuple[Utterance, ...]
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    reading: Reading = Reading("memory")


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open characters `[start, end)` of the text of one turn, as shown."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Detection:
    """One place where a behavior was found. `source` is `rule:ID`, `model:ID` or `both:ID`.

    needed: from which confidence on it counts; one that is less sure is a doubt.
    """

    behavior: str
    span: Span
    text: str
    source: str
    confidence: float
    needed: float = 0.0


@dataclass(frozen=True, slots=True)
class Prediction:
    """A classifier's label for one turn, with its probability in [0, 1].

    needed: from which probability on it is relied on; below, it is the classifier's best guess and no more.
    """

    task: str
    turn: int
    label: str
    probability: float
    needed: float = 0.0

    @property
    def sure(self) -> bool:
        """Whether it is relied on."""
        return self.probability >= self.needed


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a transcript. `provenance` says with which versions and hashes.

    ratings: how people would rate the contact, by quality, from -2 to 2, as a model expects it. doubts: what may
    be there, but is not sure enough to count as found: a person should look.
    """

    transcript: Transcript
    detections: tuple[Detection, ...]
    predictions: tuple[Prediction, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    ratings: Mapping[str, float] = field(default_factory=dict)
    doubts: tuple[Detection, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters that support an outcome, quoted."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """What comes nearest to something that was missed, quoted.

    why: `elsewhere`, what was sought stands `away` turns from the place searched; `unsure`, it stands there, but
    is less certain than asked. likeness, from 0 to 1: for `unsure` its certainty as a share of what was asked; for
    `elsewhere` 1 less `away` as a share of the contact's turns.
    """

    span: Span
    text: str
    likeness: float
    why: Literal["elsewhere", "unsure"]
    away: int = 0


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """The outcome of one scored question. `looked` are the first and last turn that were searched; `nearest`, for
    one that is not met, what comes nearest, the likeliest first. unsure: whether the outcome would be another if
    what the models are not sure of were so."""

    criterion: str
    section: str
    name: str
    outcome: Outcome
    points: float
    max_points: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    looked: tuple[int, int] | None = None
    nearest: tuple[Near, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All criterion scores of one transcript under one rubric; `total` runs from 0 to 100."""

    analysis: Analysis
    rubric: str
    criteria: tuple[CriterionScore, ...]
    total: float
    grade: str
    passed: bool
    failed_critical: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that could not be scored: where, at which stage, why, and what would mend it."""

    source: str
    stage: Stage
    code: str
    message: str
    hint: str = ""
    id: str | None = None


Result = Scorecard | Failure
