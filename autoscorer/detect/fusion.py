"""Weighs rules and model together: one place that decides what counts as found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from ..rules import RuleBook
from ..types import Detection, Span, Transcript


class Weights(Protocol):
    """How one behavior is decided, fitted on dialogues that the model did not see."""

    @property
    def threshold(self) -> float:
        """From which probability on the behavior counts as found."""

    @property
    def unsure(self) -> float:
        """From which probability on it is doubtful whether the behavior is there."""

    def probability(self, logit: float, hit: bool) -> float:
        """The probability that the behavior is there, from the model's logit and whether a rule hit."""


class Opinion(Protocol):
    """What the behaviors model says about one transcript."""

    @property
    def weights(self) -> Mapping[str, Weights]:
        """How each behavior is decided; a behavior that is not there is the rules' alone."""

    def logits(self) -> Iterable[tuple[int, Mapping[str, float]]]:
        """Each turn with the logit of each behavior of its role."""

    def clause(self, turn: int, behavior: str) -> tuple[int, int]:
        """The characters of the turn that carry the most weight for the behavior."""


class Fused(NamedTuple):
    """What counts as found, and what is not sure enough to count; both in the order of the contact."""

    detections: tuple[Detection, ...]
    doubts: tuple[Detection, ...]


def fuse(transcript: Transcript, detections: Iterable[Detection], rules: RuleBook, opinion: Opinion) -> Fused:
    """The final detections: decisive rule hits stand; for the rest, rule and model decide together.

    The source says who found it: `rule:ID`, `model:behaviors`, or `both:ID`. Behaviors unknown to the
    model are the rules' alone.
    """
    decisive = {f"rule:{rule.id}" for rule in rules.rules if rule.decisive}
    by_place = {(d.span.turn, d.behavior): d for d in detections}
    final: list[Detection] = []
    doubts: list[Detection] = []
    for turn, logits in opinion.logits():
        for behavior, logit in logits.items():
            weights = opinion.weights.get(behavior)
            if weights is None or behavior not in rules.behaviors:
                continue
            hit = by_place.pop((turn, behavior), None)
            probability = weights.probability(logit, hit is not None)
            sure = probability >= weights.threshold
            if hit is not None and (sure or hit.source in decisive):
                final.append(_both(hit, probability) if sure else hit)
            elif hit is None and sure:
                final.append(_by_model(transcript, turn, behavior, probability, opinion.clause))
            elif probability >= weights.unsure:
                doubt = hit or _by_model(transcript, turn, behavior, probability, opinion.clause)
                doubts.append(replace(doubt, confidence=round(probability, 4), needed=weights.threshold))
    final += by_place.values()
    return Fused(_in_order(final), _in_order(doubts))


def _in_order(found: Iterable[Detection]) -> tuple[Detection, ...]:
    return tuple(sorted(found, key=lambda d: (d.span.turn, d.span.start, d.span.end, d.behavior)))


def _both(hit: Detection, probability: float) -> Detection:
    source = hit.source.replace("rule:", "both:", 1)
    return replace(hit, source=source, confidence=round(max(hit.confidence, probability), 4))


def _by_model(
    transcript: Transcript,
    turn: int,
    behavior: str,
    probability: float,
    clause: Callable[[int, str], tuple[int, int]],
) -> Detection:
    start, end = clause(turn, behavior)
    quote = transcript.utterances[turn].text[start:end]
    return Detection(behavior, Span(turn, start, end), quote, "model:behaviors", round(probability, 4))
