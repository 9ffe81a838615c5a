"""Weighs rules and model together: one place that decides what counts as found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from ..rules import RuleBook
from ..types import Detection, Span, Transcript

MODEL = "model:behaviors"


class Weights(Protocol):
    """How one behavior is decided, fitted on dialogues that the model did not see."""

    @property
    def threshold(self) -> float:
        """From which probability on the behavior counts as found."""

    @property
    def unsure(self) -> float:
        """From which probability on it is doubtful whether the behavior is there."""

    @property
    def least(self) -> float:
        """The logit below which, without a rule, nothing is found, and nothing doubtful."""

    def probability(self, logit: float, hit: bool) -> float:
        """The probability that the behavior is there, from the model's logit and whether a rule hit."""


class Opinion(Protocol):
    """What the behaviors model says about one transcript."""

    def logits(
        self, least: Mapping[str, float], asked: Iterable[tuple[int, str]]
    ) -> Sequence[tuple[int, str, float]]:
        """Turn, behavior and logit wherever the logit reaches the least of the behavior, and where it is asked for;
        of each turn the behaviors of its role."""

    def clauses(self, places: Sequence[tuple[int, str]]) -> Iterable[tuple[int, int]]:
        """For each turn and behavior the characters of the turn that carry the most weight for the behavior."""


class Fused(NamedTuple):
    """What counts as found, and what is not sure enough to count; both in the order of the contact."""

    detections: tuple[Detection, ...]
    doubts: tuple[Detection, ...]


class Fusion:
    """Decisive rule hits stand; for the rest, rule and model decide together.

    The source says who found it: `rule:ID`, `model:behaviors`, or `both:ID`. A behavior without `weights` is the
    rules' alone.
    """

    def __init__(self, rules: RuleBook, weights: Mapping[str, Weights]) -> None:
        self._decisive = {f"rule:{rule.id}" for rule in rules.rules if rule.decisive}
        self._weights = {name: own for name, own in weights.items() if name in rules.behaviors}
        self._least = {name: own.least for name, own in self._weights.items()}

    def fuse(self, transcript: Transcript, detections: Iterable[Detection], opinion: Opinion) -> Fused:
        """The final detections, of what the rules found in a transcript and what the model says."""
        hits = {(d.span.turn, d.behavior): d for d in detections}
        final: list[Detection] = []
        doubts: list[Detection] = []
        alone: list[tuple[int, str, float]] = []
        for turn, behavior, logit in opinion.logits(self._least, hits):
            hit, weights = hits.pop((turn, behavior), None), self._weights[behavior]
            probability = weights.probability(logit, hit is not None)
            sure = probability >= weights.threshold
            if hit is None and (sure or probability >= weights.unsure):
                alone.append((turn, behavior, probability))
            elif hit is not None and (sure or hit.source in self._decisive):
                final.append(_both(hit, probability) if sure else hit)
            elif hit is not None and probability >= weights.unsure:
                doubts.append(replace(hit, confidence=round(probability, 4), needed=weights.threshold))
        final += hits.values()
        spans = opinion.clauses([(turn, behavior) for turn, behavior, _ in alone])
        for (turn, behavior, probability), (start, end) in zip(alone, spans, strict=True):
            needed = self._weights[behavior].threshold
            sure = probability >= needed
            span, quote = Span(turn, start, end), transcript.utterances[turn].text[start:end]
            confidence = round(probability, 4)
            found = Detection(behavior, span, quote, MODEL, confidence, 0.0 if sure else needed)
            (final if sure else doubts).append(found)
        return Fused(_in_order(final), _in_order(doubts))


def _in_order(found: Iterable[Detection]) -> tuple[Detection, ...]:
    return tuple(sorted(found, key=lambda d: (d.span.turn, d.span.start, d.span.end, d.behavior)))


def _both(hit: Detection, probability: float) -> Detection:
    source = hit.source.replace("rule:", "both:", 1)
    confidence = round(max(hit.confidence, probability), 4)
    return Detection(hit.behavior, hit.span, hit.text, source, confidence, hit.needed)
