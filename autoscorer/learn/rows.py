"""Gold labels as tables: a row of features for each judged turn (for a rating, each dialogue)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..classify import Encoder
from ..classify.features import rows, said
from ..classify.pooling import pooled
from .gold import Dialogue, Gold

Floats = NDArray[np.float32]
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """features: [n, width]. gold: [n, labels]: 1, 0, or NaN where not judged; for a rating its values.

    at: the dialogue and the turn of each row. agent: whether the agent speaks.
    """

    features: Floats
    gold: NDArray[np.float64]
    at: NDArray[np.int64]
    agent: NDArray[np.bool_]

    @property
    def dialogues(self) -> NDArray[np.int64]:
        """The index of each row's dialogue."""
        return self.at[:, 0]


def table(gold: Gold, encoder: Encoder, step: Step) -> Table:
    """Encode all dialogues of `gold`; `step` hears how many are done, of how many."""
    make = _rating if gold.kind == "rating" else _turns
    parts = []
    for index, dialogue in enumerate(gold.dialogues):
        parts.append(make(gold, dialogue, index, encoder))
        step(index + 1, len(gold.dialogues))
    return Table(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _turns(gold: Gold, d: Dialogue, index: int, encoder: Encoder) -> tuple[Floats, NDArray, NDArray, NDArray]:  # type: ignore[type-arg]
    talk = said(d.utterances)
    judged = [k for k, turn in enumerate(talk.turns) if turn in d.golds]
    features = rows(encoder.vectors(talk.texts), talk)[judged]
    turns = [talk.turns[k] for k in judged]
    targets = np.array([_target(gold, d, turn) for turn in turns], float).reshape(-1, len(gold.columns))
    at = np.array([(index, turn) for turn in turns], np.int64).reshape(-1, 2)
    return features, targets, at, np.array([talk.roles[k] == "agent" for k in judged], bool)


def _target(gold: Gold, d: Dialogue, turn: int) -> list[float]:
    """What the turn has of each label of its role."""
    asked = frozenset(gold.labels.get(d.utterances[turn].role, ())) - d.skips.get(turn, frozenset())
    return [float(label in d.golds[turn]) if label in asked else np.nan for label in gold.columns]


def _rating(
    gold: Gold, d: Dialogue, index: int, encoder: Encoder
) -> tuple[Floats, NDArray, NDArray, NDArray]:  # type: ignore[type-arg]
    talk = said(d.utterances)
    row = pooled(encoder.vectors(talk.texts), talk)
    targets = [d.ratings.get(label, np.nan) for label in gold.columns]
    return row[None], np.array([targets]), np.array([[index, 0]]), np.array([False])
