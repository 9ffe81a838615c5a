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
    """One place where a behavior was found. `source` is `rule:ID`, `model:ID` or `both:ID`."""

    behavior: str
    span: Span
    text: str
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """A classifier's label for one turn, with its probability in [0, 1]."""

    task: str
    turn: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found in a transcript. `provenance` says with which versions and hashes.

    ratings: how people would rate the contact, by quality, from -2 to 2, as a model expects it.
    """

    transcript: Transcript
    detections: tuple[Detection, ...]
    predictions: tuple[Prediction, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    ratings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Characters that support an outcome, quoted."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """The outcome of one scored question. `looked` are the first and last turn that were searched."""

    criterion: str
    section: str
    name: str
    outcome: Outcome
    points: float
    max_points: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    looked: tuple[int, int] | None = None


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
