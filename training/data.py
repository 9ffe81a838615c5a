"""Annotated dialogues as rows: one a turn, with its n-grams and its gold labels."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autoscorer.classify.features import Grams, turns
from autoscorer.classify.folder import LABELS, labels
from autoscorer.types import Transcript, Utterance

from .split import fold, is_dev

WRITTEN = Path(__file__).parent / "data" / "written.jsonl.gz"
LABELLED = Path("annotation") / "labelled.jsonl.gz"
SENTIMENT = {-2: "negative", -1: "negative", 0: "neutral", 1: "positive"}
EMPATHY = LABELS["empathy"]["agent"]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An annotated dialogue; `corpus` is labelled (real chats) or written (ours)."""

    id: str
    corpus: str
    golds: tuple[dict[str, Any], ...]

    def transcript(self) -> Transcript:
        """The dialogue without its labels."""
        said = tuple(Utterance(gold["role"], gold["text"]) for gold in self.golds)
        return Transcript(self.id, said, source=self.corpus)


@dataclass(frozen=True, slots=True)
class Rows:
    """One row a turn. `folds` is -1 for development rows."""

    grams: list[Grams]
    golds: list[dict[str, Any]]
    dialogues: NDArray[Any]
    corpora: NDArray[Any]
    folds: NDArray[np.int64]

    @property
    def train(self) -> NDArray[np.bool_]:
        """The rows that may be fitted on."""
        return self.folds >= 0


def load(shared: Path, *, clean: bool = False) -> list[Dialogue]:
    """Our written dialogues and, unless `clean`, the research chats. A dialogue met twice is kept once,
    first in the development part, so that none is in both parts."""
    paths = {"written": WRITTEN} if clean else {"labelled": shared / LABELLED, "written": WRITTEN}
    found = [d for corpus, path in paths.items() for d in read(path, corpus)]
    unique: dict[str, Dialogue] = {}
    for dialogue in sorted(found, key=lambda d: not is_dev(d.id)):
        unique.setdefault("\n".join(g["text"] for g in dialogue.golds), dialogue)
    kept = {d.id for d in unique.values()}
    return [d for d in found if d.id in kept]


def read(path: Path, corpus: str) -> Iterator[Dialogue]:
    """The dialogues of a gzip JSON-lines file of `annotation/`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            yield Dialogue(raw["id"], corpus, tuple(raw["turns"]))


def rows(dialogues: Sequence[Dialogue]) -> Rows:
    """All turns of all dialogues, in order."""
    seen = [turn for d in dialogues for turn in turns(d.transcript().utterances)]
    owners = [d for d in dialogues for _ in d.golds]
    folds = {d.id: -1 if is_dev(d.id) else fold(d.id) for d in dialogues}
    return Rows(
        [turn.grams for turn in seen],
        [gold for d in dialogues for gold in d.golds],
        np.array([d.id for d in owners]),
        np.array([d.corpus for d in owners]),
        np.array([folds[d.id] for d in owners]),
    )


def targets(golds: Sequence[dict[str, Any]], task: str) -> NDArray[np.float64]:
    """1 or 0 for each turn and label, [n, labels]; NaN where the label is not judged on the turn."""
    names = labels(task)
    table = np.full((len(golds), len(names)), np.nan)
    for row, gold in zip(table, golds, strict=True):
        asked = set(LABELS[task].get(gold["role"], ())) - set(gold.get("skip", ()))
        held = set() if task in gold.get("skip", ()) else asked
        for j, name in enumerate(names):
            if name in held:
                row[j] = name in _true(gold, task)
    return table


def data_hash(dialogues: Sequence[Dialogue]) -> str:
    """sha256 of the dialogues that are trained on, with their labels."""
    used = [[d.id, d.golds] for d in dialogues if not is_dev(d.id)]
    return hashlib.sha256(json.dumps(used, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _true(gold: dict[str, Any], task: str) -> tuple[str, ...]:
    if task == "sentiment":
        return (SENTIMENT[gold["sentiment"]],)
    if task == "empathy":
        return (EMPATHY[gold["empathy_level"]],)
    return tuple(gold.get("acts", gold.get("cacts", ())))
