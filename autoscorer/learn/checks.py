"""What is doubtful in labelled data: repeats, contradictions, thin classes, labels that look wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..classify.features import clean
from ..errors import LabelError
from .gold import Dialogue, Gold
from .split import fingerprint

THIN = 10
"""Gold turns below which the figures of a label say little."""
SURE, DOUBTED = 0.9, 0.1
"""A label is doubtful where the model, not having seen it, gives another this much and it this little."""
LISTED = 200


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The same words after the same words, labelled in different ways."""

    text: str
    readings: tuple[tuple[str, str], ...]
    """Place, labels."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that the rest of the data speaks against."""

    place: str
    dialogue: str
    turn: int
    text: str
    given: str
    likely: str
    probability: float


@dataclass(frozen=True, slots=True)
class Findings:
    """duplicates: place of the copy, place of the first. thin: label and its count of turns."""

    duplicates: tuple[tuple[str, str], ...]
    contradictions: tuple[Contradiction, ...]
    thin: tuple[tuple[str, int], ...]


def checked(gold: Gold) -> tuple[Gold, Findings]:
    """The gold labels without dialogues that stand twice, and all that was found.

    A single text that was labelled in two ways is left out: nobody knows which is right. Turns inside
    dialogues stay, since what was said before may explain the difference.
    Raises LabelError where fewer than two labels, or too few dialogues, are left.
    """
    contradictions = list(_contradictions(gold)) if gold.kind != "rating" else []
    unsure = {place for c in contradictions for place, _ in c.readings}
    kept, duplicates, first = list[Dialogue](), list[tuple[str, str]](), dict[str, str]()
    for d in gold.dialogues:
        mark, place = fingerprint(d), next(iter(d.places.values()))
        if len(d.golds) == 1 and place in unsure and len(d.utterances) <= 2:
            continue
        if mark in first:
            duplicates.append((place, first[mark]))
            continue
        first[mark] = place
        kept.append(d)
    made = replace(gold, dialogues=tuple(kept))
    _enough(made)
    thin = () if gold.kind == "rating" else _thin(made)
    return made, Findings(tuple(duplicates), tuple(contradictions), thin)


def _thin(gold: Gold) -> tuple[tuple[str, int], ...]:
    return tuple((label, count) for label, count in gold.counts().items() if count < THIN)


def _enough(gold: Gold) -> None:
    place = next((p for d in gold.dialogues for p in d.places.values()), "the data")
    file = place.rpartition(":")[0] or place
    if gold.kind != "rating" and len(labels := [k for k, n in gold.counts().items() if n]) < 2:
        found = f"only the label '{labels[0]}'" if labels else "no label"
        raise LabelError(f"{file}: {found} occurs; a task needs at least two to tell apart")
    if len(gold.dialogues) < 4:
        raise LabelError(f"{file}: {len(gold.dialogues)} different dialogues or texts; at least 4 are needed")


def _contradictions(gold: Gold) -> Iterator[Contradiction]:
    seen: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for d in gold.dialogues:
        for turn, labels in d.golds.items():
            before = clean(d.utterances[turn - 1].text) if turn else ""
            said = d.utterances[turn]
            key = (said.role, before, clean(said.text))
            seen[key].append((d.places[turn], " ".join(sorted(labels)) or "-"))
    for (_, _, text), readings in seen.items():
        if len({labels for _, labels in readings}) > 1:
            yield Contradiction(text, tuple(readings))


def doubts(gold: Gold, at: Sequence[tuple[int, int]], probability: NDArray[np.float64]) -> list[Doubt]:
    """The most doubtful labels, the surest first, from probabilities of models that had not seen the turn.

    at: dialogue and turn of each row of `probability`, [rows, labels].
    """
    found = list[Doubt]()
    for (which, turn), row in zip(at, probability, strict=True):
        d = gold.dialogues[which]
        for given, likely, p in _against(gold, d.golds[turn], row):
            text = d.utterances[turn].text
            found.append(Doubt(d.places[turn], d.id, turn, text, given, likely, round(float(p), 4)))
    return sorted(found, key=lambda doubt: -doubt.probability)[:LISTED]


def _against(gold: Gold, given: frozenset[str], row: NDArray[np.float64]) -> Iterator[tuple[str, str, float]]:
    columns = gold.columns
    if gold.kind == "one":
        label = next(iter(given))
        best = int(row.argmax())
        if row[best] >= SURE and row[columns.index(label)] <= DOUBTED:
            yield label, columns[best], row[best]
        return
    for column, p in zip(columns, row, strict=True):
        if column in given and p <= 1 - SURE:
            yield column, f"-{column}", 1 - p
        elif column not in given and p >= SURE:
            yield "", f"+{column}", p
