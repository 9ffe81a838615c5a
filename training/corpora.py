"""Public corpora in ../shared as texts and side tasks. No line of them is kept; see corpora/README.md for terms."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autoscorer.classify.features import clean
from autoscorer.errors import ConfigError

from .split import is_dev

Loss = Literal["vector", "many", "one"]
LICENCES = {
    "service_dialogues": "JDDC sample (contest data, research); smartyfh/ASAP (repository MIT, text JDDC research); "
    "NTCIR-14 STC-3 DCH-1 (no licence stated, research task)",
    "dch_ratings": "NTCIR-14 STC-3 DCH-1 (no licence stated, research task)",
    "shop_replies": "JDDC sample (contest data, research)",
    "phone_customer_turns": "SereTOD / S2KG, research",
    "reviews": "SophonPlus/ChineseNlpCorpus (none stated); ChnSentiCorp",
    "emotion_posts": "SMP2020-EWECT",
    "emotion_sentences": "Apache-2.0",
    "scene_dialogues": "Apache-2.0",
    "tv_dialogue_acts": "CPED, Apache-2.0",
    "support_dialogues_zht": "ESConv derivative, CC BY-NC",
    "tourism_dialogue_acts": "CrossWOZ, Apache-2.0",
    "counselling_dialogues": "SMILE, CC0",
}
CLEAN = frozenset({"emotion_sentences", "scene_dialogues", "tv_dialogue_acts", "tourism_dialogue_acts",
                   "counselling_dialogues"})  # fmt: skip
"""Corpora whose terms let anyone use them for anything."""


@dataclass(frozen=True, slots=True)
class Side:
    """A side task of the encoder. targets: [texts, width] for vectors and many labels, [texts] for one.

    weight: of its loss. share: how often it is drawn.
    """

    name: str
    texts: Sequence[str]
    targets: NDArray[Any]
    loss: Loss
    width: int
    weight: float
    share: float


class Corpora:
    """The corpora that may be used. clean: only those of CLEAN."""

    def __init__(self, shared: Path, *, clean: bool) -> None:
        self.folder, self.names = shared / "corpora", sorted(CLEAN if clean else LICENCES)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str) -> Iterator[dict[str, Any]]:
        """The records of a corpus; none where it may not be used."""
        if name in self:
            path = self.folder / f"{name}.jsonl.gz"
            if not path.exists():
                raise ConfigError(
                    f"{path}: there is no such file; --shared names the folder that holds corpora/"
                )
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                yield from map(json.loads, lines)


def sentences(corpora: Corpora, own: Iterable[str], *, limit: int) -> list[str]:
    """Distinct cleaned sentences, those nearest to service talk first; development dialogues are left out."""
    rng, found = random.Random(0), dict[str, None]()
    for group in (_service(corpora, own), _talk(corpora), _prose(corpora, rng)):
        texts = [text for text in map(clean, group) if len(text) > 1]
        rng.shuffle(texts)
        found.update(dict.fromkeys(texts))
    return list(found)[:limit]


def _service(corpora: Corpora, own: Iterable[str]) -> Iterator[str]:
    yield from own
    for record in corpora.read("service_dialogues"):
        if not is_dev(record["id"]):
            yield from (turn["text"] for turn in record["turns"])
    for record in corpora.read("shop_replies"):
        yield record["reply"]
        yield from record["context"].split(",")
    for record in corpora.read("phone_customer_turns"):
        yield from (turn for turn in record["turns"] if len(turn) > 2)


def _talk(corpora: Corpora) -> Iterator[str]:
    for record in corpora.read("scene_dialogues"):
        yield from (said["text"] for said in record["utterances"])
    for record in corpora.read("tourism_dialogue_acts"):
        yield from (turn["text"] for turn in record["turns"])
    for name in ("tv_dialogue_acts", "emotion_posts", "emotion_sentences"):
        yield from (record["text"] for record in corpora.read(name))
    for record in corpora.read("support_dialogues_zht"):
        yield from (turn["content"] for turn in record["dialog"])


def _prose(corpora: Corpora, rng: random.Random) -> Iterator[str]:
    for record in corpora.read("reviews"):
        yield rng.choice(_cut(record["text"]) or [record["text"]])
    for record in corpora.read("counselling_dialogues"):
        if rng.random() < 0.33:
            yield from (s for turn in record["turns"] for s in _cut(turn["text"])[:2])


def _cut(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[。！？!?\n])", text) if len(part) > 3]


def sides(corpora: Corpora) -> list[Side]:
    """The labelled corpora as side tasks: feelings, dialogue acts, satisfaction."""
    tv = list(corpora.read("tv_dialogue_acts"))
    reviews = [r for r in corpora.read("reviews") if not is_dev(r["text"])]  # kept apart to measure on
    made = [
        _one("reviews", ((r["text"], str(r["label"])) for r in reviews), weight=1.0, share=3.0),
        _one("tv_feelings", ((r["text"], r["sentiment"]) for r in tv)),
        _one("tv_acts", ((r["text"], r["act"]) for r in tv)),
        _one("posts", ((r["text"], r["label"]) for r in corpora.read("emotion_posts"))),
        _one("emotions", ((r["text"], r["label"]) for r in corpora.read("emotion_sentences"))),
        _one("support", (
            (turn["content"], turn["strategy"])
            for r in corpora.read("support_dialogues_zht") for turn in r["dialog"] if turn.get("strategy")
        )),
        _one("satisfaction", (
            (turn["text"], str(turn["satisfaction"]))
            for r in corpora.read("service_dialogues") if not is_dev(r["id"])
            for turn in r["turns"] if turn.get("satisfaction") is not None
        )),
        _many("tourism", (
            (turn["text"], {act.split("-")[0] for act in turn["acts"]})
            for r in corpora.read("tourism_dialogue_acts") for turn in r["turns"]
        )),
    ]  # fmt: skip
    return [side for side in made if side.texts]


def _one(name: str, pairs: Iterable[tuple[str, str]], *, weight: float = 0.5, share: float = 1.0) -> Side:
    texts, labels = _columns(pairs)
    names = sorted(set(labels))
    targets = np.array([names.index(label) for label in labels], np.int64)
    return Side(name, texts, targets, "one", len(names), weight, share)


def _many(name: str, pairs: Iterable[tuple[str, set[str]]]) -> Side:
    texts, labels = _columns(pairs)
    names = sorted(set().union(*labels))
    targets = np.array([[n in own for n in names] for own in labels], np.float32)
    return Side(name, texts, targets.reshape(-1, max(1, len(names))), "many", len(names), 2.0, 0.5)


def _columns(pairs: Iterable[tuple[str, Any]]) -> tuple[list[str], list[Any]]:
    listed = [(clean(text), label) for text, label in pairs]
    return [text for text, _ in listed], [label for _, label in listed]
