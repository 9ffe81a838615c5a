"""Gold labels as tables: a row of features for each judged turn (for a rating, each dialogue)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..classify import Encoder
from ..classify.features import Rows, said
from ..classify.own import OwnEncoder
from ..classify.pooling import pooled
from .gold import Dialogue, Gold

Floats = NDArray[np.float64]
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """rows: what the head reads of each; a rating has no n-grams. gold: [n, labels]: 1, 0, or NaN where not
    judged; for a rating its values. at: the dialogue and the turn of each row."""

    rows: Rows
    gold: Floats
    at: NDArray[np.int64]

    def pick(self, wanted: NDArray[np.bool_]) -> Table:
        """The rows where `wanted` is true."""
        places = np.flatnonzero(wanted)
        return Table(
            Rows(self.rows.dense[places], tuple(self.rows.grams[k] for k in places if self.rows.grams)),
            self.gold[places],
            self.at[places],
        )

    @property
    def dialogues(self) -> NDArray[np.int64]:
        """The index of each row's dialogue."""
        return self.at[:, 0]


def table(gold: Gold, encoder: Encoder | OwnEncoder, step: Step) -> Table:
    """Encode all dialogues of `gold`; `step` hears how many are done, of how many."""
    make = _rating if gold.kind == "rating" else _turns
    parts = []
    for index, dialogue in enumerate(gold.dialogues):
        parts.append(make(gold, dialogue, index, encoder))
        step(index + 1, len(gold.dialogues))
    dense = np.concatenate([part.rows.dense for part in parts])
    grams = tuple(row for part in parts for row in part.rows.grams)
    return Table(
        Rows(dense, grams), np.concatenate([p.gold for p in parts]), np.concatenate([p.at for p in parts])
    )


def _turns(gold: Gold, d: Dialogue, index: int, encoder: Encoder | OwnEncoder) -> Table:
    talk = said(d.utterances)
    judged = [k for k, turn in enumerate(talk.turns) if turn in d.golds]
    turns = [talk.turns[k] for k in judged]
    targets = np.array([target(gold, d, turn) for turn in turns], float).reshape(-1, len(gold.columns))
    at = np.array([(index, turn) for turn in turns], np.int64).reshape(-1, 2)
    return Table(encoder.read(talk)[1].pick(judged), targets, at)


def target(gold: Gold, d: Dialogue, turn: int) -> list[float]:
    """What the turn has of each label of its role."""
    asked = frozenset(gold.labels.get(d.utterances[turn].role, ())) - d.skips.get(turn, frozenset())
    return [float(label in d.golds[turn]) if label in asked else np.nan for label in gold.columns]


def _rating(gold: Gold, d: Dialogue, index: int, encoder: Encoder | OwnEncoder) -> Table:
    talk = said(d.utterances)
    row = pooled(encoder.vectors(talk.texts), talk)
    targets = np.array([[d.ratings.get(label, np.nan) for label in gold.columns]])
    return Table(Rows(row[None], ()), targets, np.array([[index, 0]]))
