"""What the conditions of a rubric may ask about one contact, indexed once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from .. import timing
from ..positions import Where, turns_at
from ..rules import Positions
from ..types import Analysis, Detection, Evidence, Prediction, Role, Utterance

OVERLAP = 0.5
"""Seconds by which an agent must cut in to count: shorter overlaps are ordinary turn-taking."""


@dataclass(frozen=True)
class Facts:
    """Detections by behavior, predictions by task, turns by role and measured times of one Analysis."""

    analysis: Analysis
    positions: Positions

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        return self.analysis.transcript.utterances

    @cached_property
    def detections(self) -> dict[str, list[Detection]]:
        found: dict[str, list[Detection]] = defaultdict(list)
        for detection in self.analysis.detections:
            found[detection.behavior].append(detection)
        return found

    @cached_property
    def predictions(self) -> dict[str, list[Prediction]]:
        found: dict[str, list[Prediction]] = defaultdict(list)
        for prediction in self.analysis.predictions:
            found[prediction.task].append(prediction)
        return found

    def has_model(self, task: str) -> bool:
        """Whether the classifier of `task` ran on this transcript."""
        return task in self.analysis.provenance.get("models", {})

    def turns(self, role: Role, where: Where = "anywhere") -> tuple[int, ...]:
        """The turns of `role` that stand `where`."""
        found = self._turns.get((role, where))
        if found is None:
            opening, closing = self.positions.opening, self.positions.closing
            found = turns_at(self.analysis.transcript, role, where, opening=opening, closing=closing)
            self._turns[role, where] = found
        return found

    @cached_property
    def _turns(self) -> dict[tuple[Role, Where], tuple[int, ...]]:
        """The answers of `turns`, which every condition asks again."""
        return {}

    def found(self, behaviors: tuple[str, ...], least: float = 0.0) -> list[Evidence]:
        """Where any of `behaviors` was found with a confidence of at least `least`, in order."""
        known = self.detections
        groups = [known[name] for name in behaviors if name in known]
        if not groups:
            return []
        one = groups[0] if len(groups) == 1 else [d for group in groups for d in group]
        ordered = sorted(one, key=lambda d: (d.span.turn, d.span.start))
        return [Evidence(d.span, d.text) for d in ordered if d.confidence >= least]

    @cached_property
    def first_response(self) -> tuple[int, float] | None:
        """The first agent turn that answers, and the seconds the customer waited for it; None without times."""
        return timing.first_response(self.utterances)

    @cached_property
    def gaps(self) -> list[tuple[int, float]]:
        """Each agent turn that answers a customer turn, with the seconds between them, where both are timed."""
        return timing.gaps(self.utterances)

    @cached_property
    def interruptions(self) -> list[int] | None:
        """The agent turns that begin while the customer still speaks; None where ends are not known."""
        timed = [
            (turn, before.end - now.start)
            for turn, before, now in timing.answers(self.utterances)
            if before.end is not None and now.start is not None
        ]
        return [turn for turn, seconds in timed if seconds > OVERLAP] if timed else None
