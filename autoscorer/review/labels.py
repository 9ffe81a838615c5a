"""Corrections as training data: dialogues in the form that the annotated ones have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..types import CriterionScore, Scorecard, Utterance
from . import turns
from .log import Entry, counting

SENTIMENT = {"very_negative": -2, "negative": -1, "neutral": 0, "positive": 1}
EMPATHY = {"none": 0, "formulaic": 1, "specific": 2}
_GOOD = ("met", "partial")


@dataclass
class Labels:
    """What people's words say of one turn: behaviors that are there, that are not, and the scales."""

    there: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    all_judged: bool = False
    scales: dict[str, str] = field(default_factory=dict)


def dialogue(card: Scorecard, said: Mapping[str, Sequence[Entry]]) -> dict[str, Any] | None:
    """The contact as a labelled dialogue; None where nothing that was said points at a turn.

    Every turn stands in it for context. `skip` names the labels that nobody judged on a turn: they are
    neither yes nor no.
    """
    found = _labels(card, said)
    if not found:
        return None
    rows = [_turn(i, u, found.get(i, Labels())) for i, u in enumerate(card.analysis.transcript.utterances)]
    return {"id": card.analysis.transcript.id, "source": "review", "turns": [r for r in rows if r]}


def _labels(card: Scorecard, said: Mapping[str, Sequence[Entry]]) -> dict[int, Labels]:
    found: dict[int, Labels] = {}
    scores = {c.criterion: c for c in card.criteria}
    for subject, entries in sorted(said.items(), key=lambda item: item[0].startswith("turn:")):
        one = counting(entries)  # labels of turns come last: they say more than a verdict implies
        if one is None:
            continue
        if subject.startswith("turn:"):
            _add_turn(found.setdefault(int(subject[5:]), Labels()), one["person"])
        elif subject in scores:
            for turn, behavior, there in implied(card, scores[subject], one["person"]["verdict"]):
                labels = found.setdefault(turn, Labels())
                (labels.there if there else labels.absent).add(behavior)
    return found


def implied(card: Scorecard, score: CriterionScore, verdict: str) -> Iterator[tuple[int, str, bool]]:
    """What a verdict on a criterion says of turns: (turn, behavior, whether it is there).

    The machine's outcome rests on its evidence. Where that shows one behavior only, a person who says the
    opposite says that it is not there, and one who agrees, where it was found once, that it is. A miss
    that a person corrects names no turn, so nothing follows: that is what the sheet of turns is for.
    """
    spans = {(e.span.turn, e.span.start, e.span.end) for e in score.evidence}
    found = [d for d in card.analysis.detections if (d.span.turn, d.span.start, d.span.end) in spans]
    if len({d.behavior for d in found}) != 1 or score.outcome not in (*_GOOD, "not_met"):
        return
    if verdict == score.outcome and len(found) == 1:
        yield found[0].span.turn, found[0].behavior, True
    elif {verdict in _GOOD, score.outcome in _GOOD} == {True, False} and verdict in (*_GOOD, "not_met"):
        yield from ((d.span.turn, d.behavior, False) for d in found)


def _add_turn(labels: Labels, person: Mapping[str, Any]) -> None:
    if person["behaviors"] is not None:
        labels.there, labels.absent, labels.all_judged = set(person["behaviors"]), set(), True
    labels.scales |= {name: person[name] for name in turns.SCALES if person[name] is not None}


def _turn(i: int, utterance: Utterance, labels: Labels) -> dict[str, Any] | None:
    if utterance.role == "system":
        return None
    agent = utterance.role == "agent"
    scale, numbers = ("empathy", EMPATHY) if agent else ("sentiment", SENTIMENT)
    known = [name for name, behavior in turns.book().items() if behavior.role == utterance.role]
    judged = set(known) if labels.all_judged else labels.there | labels.absent
    skip = [name for name in known if name not in judged]
    if scale not in labels.scales:  # the behavior of that name may be judged all the same
        skip.append("empathy_level" if agent else scale)
    return {
        "i": i,
        "role": utterance.role,
        "text": utterance.text,
        "acts" if agent else "cacts": [name for name in known if name in labels.there],
        "empathy_level" if agent else "sentiment": numbers[
            labels.scales.get(scale, "none" if agent else "neutral")
        ],
        **({"skip": skip} if skip else {}),
    }
