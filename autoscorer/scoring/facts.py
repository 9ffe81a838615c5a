"""What the conditions of a rubric may ask about one contact, indexed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .. import timing
from ..positions import Where, turns_at
from ..rules import Positions
from ..types import Analysis, Detection, Evidence, Prediction, Role, Span, Utterance

OVERLAP = 0.5
"""Seconds by which an agent must cut in to count: shorter overlaps are ordinary turn-taking."""
QUOTE = 24
"""Characters quoted of a turn that counts as a whole."""


class Seen(NamedTuple):
    """A quote, how sure it is, and how sure it must be to count."""

    quote: Evidence
    sure: float
    needed: float


@dataclass(frozen=True)
class Facts:
    """Detections by behavior, predictions by task, turns by role and measured times of one Analysis.

    lenient: whether what the models are not sure of counts as if it were so.
    """

    analysis: Analysis
    positions: Positions
    lenient: bool = False

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        return self.analysis.transcript.utterances

    @cached_property
    def detections(self) -> dict[str, list[Detection]]:
        found: dict[str, list[Detection]] = defaultdict(list)
        for detection in self.analysis.detections:
            found[detection.behavior].append(detection)
        for doubt in self.analysis.doubts if self.lenient else ():
            found[doubt.behavior].append(doubt)
        return found

    @cached_property
    def doubts(self) -> dict[str, list[Detection]]:
        """What may be there, but does not count, by behavior."""
        found: dict[str, list[Detection]] = defaultdict(list)
        for doubt in () if self.lenient else self.analysis.doubts:
            found[doubt.behavior].append(doubt)
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

    def doubted(self, subjects: Set[str]) -> tuple[Evidence, ...]:
        """What the models are not sure of, of these behaviors and tasks, in order."""
        if self.doubtful.isdisjoint(subjects):
            return ()
        behaviors = [
            (d.span.turn, Evidence(d.span, d.text)) for d in self.analysis.doubts if d.behavior in subjects
        ]
        labels = [(p.turn, self.whole(p.turn)) for p in self._guesses if p.task in subjects]
        return tuple(evidence for _, evidence in sorted(behaviors + labels, key=lambda one: one[0]))

    @cached_property
    def doubtful(self) -> Set[str]:
        """The behaviors and tasks of which the models are not sure."""
        return {*(d.behavior for d in self.analysis.doubts), *(p.task for p in self._guesses)}

    @cached_property
    def _guesses(self) -> tuple[Prediction, ...]:
        return tuple(p for p in self.analysis.predictions if not p.sure)

    def found(self, behaviors: tuple[str, ...]) -> Sequence[Seen]:
        """Where any of `behaviors` was found or may be, in order, and how surely."""
        groups = [known[name] for known in self._seen for name in behaviors if name in known]
        if len(groups) < 2:
            return groups[0] if groups else ()
        return sorted((seen for group in groups for seen in group), key=_place)

    @cached_property
    def _seen(self) -> tuple[dict[str, list[Seen]], ...]:
        """What was found, and what may be there, by behavior and each in order."""
        return tuple(
            {
                name: sorted(
                    (Seen(Evidence(d.span, d.text), d.confidence, self._needed(d.needed)) for d in group),
                    key=_place,
                )
                for name, group in known.items()
            }
            for known in (self.detections, self.doubts)
        )

    def longest_run(self, stages: tuple[tuple[str, ...], ...]) -> tuple[Evidence, ...]:
        """The longest run of stages, none before the one reached last; one turn may reach several."""
        run = self._runs.get(stages)
        if run is None:
            run = self._runs[stages] = self._longest_run(stages)
        return run

    @cached_property
    def _runs(self) -> dict[tuple[tuple[str, ...], ...], tuple[Evidence, ...]]:
        """The answers of `longest_run`."""
        return {}

    def _longest_run(self, stages: tuple[tuple[str, ...], ...]) -> tuple[Evidence, ...]:
        runs: list[tuple[Evidence, ...]] = [()]  # of each length the run that ends earliest
        for stage in stages:
            found = sorted((s for name in stage for s in self._seen[0].get(name, ())), key=_place)
            reached = [seen.quote for seen in found]
            for run in reversed(runs):
                at = run[-1].span.turn if run else 0
                following = next((e for e in reached if e.span.turn >= at), None)
                if following:
                    _keep_earliest(runs, (*run, following))
        return runs[-1]

    def said(self, task: str, labels: tuple[str, ...]) -> list[Seen]:
        """The turns to which the classifier gave one of `labels`, and how surely."""
        known = self.predictions.get(task, ())
        return [
            Seen(self.whole(p.turn), p.probability, self._needed(p.needed))
            for p in known
            if p.label in labels
        ]

    def _needed(self, needed: float) -> float:
        return 0.0 if self.lenient else needed

    def whole(self, turn: int) -> Evidence:
        """A turn that counts as a whole, quoted by its beginning."""
        quote = self.utterances[turn].text[:QUOTE]
        return Evidence(Span(turn, 0, len(quote)), quote)

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


def _place(seen: Seen) -> tuple[int, int]:
    return seen.quote.span.turn, seen.quote.span.start


def _keep_earliest(runs: list[tuple[Evidence, ...]], run: tuple[Evidence, ...]) -> None:
    """Put `run` in the place of its length, unless one is there that ends as early."""
    if len(run) == len(runs):
        runs.append(run)
    elif run[-1].span.turn < runs[len(run)][-1].span.turn:
        runs[len(run)] = run
