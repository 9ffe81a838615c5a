"""Annotated dialogues: research chats, our labels of more of them, and dialogues that we wrote."""

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

from autoscorer.classify.folder import AGENT, CUSTOMER, LABELS
from autoscorer.types import Transcript, Utterance

from .corpora import Corpora
from .finetune import Contact, contact
from .pretrain import Alphabet
from .split import is_dev

DATA = Path(__file__).parent / "data"
LABELLED = Path("annotation") / "labelled.jsonl.gz"
OURS = {name: DATA / f"{name}.jsonl.gz" for name in ("chats", "replies", "calls")}
"""Our labels of texts in `corpora/`, by dialogue id and turn; without their text."""
SENTIMENT = {-2: 0, -1: 0, 0: 1, 1: 2}
BEHAVIORS = (*AGENT, *CUSTOMER)
QUALITIES = {"accomplishment": "A", "satisfaction": "S", "effectiveness": "E"}
SOURCES = {
    "labelled": "real chats (JDDC, ASAP/JDDC, NTCIR DCH-1: stated for research), annotated by us",
    "chats": "more real chats of the same three sources; our labels, `training/data/chats.jsonl.gz`",
    "replies": "real chats up to a reply (`shop_replies`, JDDC); roles and labels ours, `training/data/replies.jsonl.gz`",
    "calls": "the customer's side of real calls (`phone_customer_turns`); our labels, `training/data/calls.jsonl.gz`",
    "written": "calls and chats written and labelled for this project (Apache-2.0), `training/data/written*.jsonl.gz`",
}
UNLIKE = {"replies": frozenset({"urge"})}
"""Labels by corpus that were read otherwise than in the others, and so are not learned: a bare `?` or 人呢 is `urge` in
82 to 100 of 100 replies, in 18 to 25 of 100 chats."""
FIRST, FIRST_WRITTEN = ("labelled", "chats"), "s"
"""The corpora and the last of our sets that pretraining knows."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An annotated dialogue. golds: one a turn, in the form of `annotation/`; corpus: a key of SOURCES."""

    id: str
    corpus: str
    golds: tuple[dict[str, Any], ...]

    def transcript(self) -> Transcript:
        """The dialogue without its labels."""
        return Transcript(self.id, utterances(self.golds), source=self.corpus)


def load(shared: Path, *, clean: bool = False) -> list[Dialogue]:
    """Our written dialogues and, unless `clean`, the research chats. A dialogue met twice is kept once,
    first in the development part, so that none is in both parts."""
    found = [] if clean else [*_read(shared / LABELLED, "labelled"), *_ours(shared)]
    found += [d for path in sorted(DATA.glob("written*.jsonl.gz")) for d in _read(path, "written")]
    unique: dict[str, Dialogue] = {}
    for dialogue in sorted(found, key=lambda d: not is_dev(d.id)):
        unique.setdefault("\n".join(gold["text"] for gold in dialogue.golds), dialogue)
    kept = {id(d) for d in unique.values()}
    return [d for d in found if id(d) in kept]


def is_first(dialogue: Dialogue) -> bool:
    """Whether pretraining knows it. What was labelled since is for fine-tuning alone, so that a label more costs
    no new pretraining."""
    return dialogue.corpus in FIRST or (
        dialogue.corpus == "written" and dialogue.id.split("-")[1] <= FIRST_WRITTEN
    )


def utterances(turns: Sequence[dict[str, Any]]) -> tuple[Utterance, ...]:
    """Turns of a record as utterances."""
    return tuple(Utterance(turn["role"], turn["text"]) for turn in turns)


def contacts(dialogues: Sequence[Dialogue], alphabet: Alphabet) -> list[Contact]:
    """Annotated dialogues, ready for training."""
    return [
        contact(
            alphabet, d.id, d.corpus, utterances(d.golds),
            behaviors=_behaviors(d.golds, UNLIKE.get(d.corpus, frozenset())),
            classes={"sentiment": _classes(d.golds, _sentiment), "empathy": _classes(d.golds, _empathy)},
        )
        for d in dialogues
    ]  # fmt: skip


def satisfied(corpora: Corpora, alphabet: Alphabet) -> list[Contact]:
    """Dialogues with the customer's satisfaction, turn by turn: low, mid, high."""
    return [
        contact(alphabet, r["id"], "satisfaction", utterances(r["turns"]), classes={"satisfaction": np.array(
            [-1 if t.get("satisfaction") is None else int(t["satisfaction"]) for t in r["turns"]])})
        for r in corpora.read("service_dialogues")
        if any(t.get("satisfaction") is not None for t in r["turns"])
    ]  # fmt: skip


def reviewed(corpora: Corpora, alphabet: Alphabet) -> list[Contact]:
    """Reviews as contacts of one turn, negative or positive: so that fine-tuning does not forget what words like
    these mean. The id is the text, by which those are kept apart that are measured on."""
    return [
        contact(alphabet, r["text"], "reviewed", (Utterance("customer", r["text"]),), classes={"reviews": np.array([r["label"]])})
        for r in corpora.read("reviews")
        if r["text"].strip() and not is_dev(r["text"])
    ]  # fmt: skip


def rated(corpora: Corpora, alphabet: Alphabet) -> list[Contact]:
    """Dialogues with the mean rating of 19 people for each of QUALITIES, -2 to 2."""
    ratings = {
        r["id"]: [float(np.mean(r[k])) for k in QUALITIES.values()] for r in corpora.read("dch_ratings")
    }
    return [
        contact(
            alphabet, r["id"], "rated", utterances(r["turns"]), quality=np.array(ratings[r["id"]], np.float32)
        )
        for r in corpora.read("service_dialogues")
        if r["id"] in ratings
    ]


def data_hash(dialogues: Sequence[Dialogue]) -> str:
    """sha256 of the dialogues that are trained on, with their labels."""
    used = [[d.id, d.golds] for d in dialogues if not is_dev(d.id)]
    return hashlib.sha256(json.dumps(used, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def text_hash(turns: Sequence[dict[str, Any]]) -> str:
    """What CHATS states of the text that its labels belong to."""
    return hashlib.sha256("\n".join(turn["text"] for turn in turns).encode()).hexdigest()[:16]


def _read(path: Path, corpus: str) -> Iterator[Dialogue]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            yield Dialogue(raw["id"], corpus, tuple(raw["turns"]))


def _ours(shared: Path) -> Iterator[Dialogue]:
    """The dialogues of OURS. Raises ValueError where a text is not the one that was labelled."""
    for corpus, texts in _texts(Corpora(shared, clean=False)).items():
        with gzip.open(OURS[corpus], "rt", encoding="utf-8") as lines:
            for raw in map(json.loads, lines):
                turns, labels = texts[raw["id"]], {label["i"]: label for label in raw["turns"]}
                if text_hash(turns) != raw["text_sha256"]:
                    raise ValueError(
                        f"{OURS[corpus]}: the text of {raw['id']} in corpora/ is not the one that was labelled"
                    )
                golds = ({**turn, **labels.get(i, {})} for i, turn in enumerate(turns))
                yield Dialogue(raw["id"], corpus, tuple(golds))


def _texts(corpora: Corpora) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The dialogues of each of OURS by id, as role and text; of replies, as text alone."""
    return {
        "chats": {
            r["id"]: [{"role": t["role"], "text": t["text"]} for t in r["turns"]]
            for r in corpora.read("service_dialogues")
        },
        "replies": {
            f"shop-{i}": [
                {"text": text} for text in f"{r['context']},{r['reply']}".split(",") if text.strip()
            ]
            for i, r in enumerate(corpora.read("shop_replies"))
        },
        "calls": {
            r["id"]: [{"role": "customer", "text": text} for text in r["turns"]]
            for r in corpora.read("phone_customer_turns")
        },
    }


def _behaviors(golds: Sequence[dict[str, Any]], unlike: frozenset[str]) -> NDArray[np.float32]:
    """1 or 0 for each turn and behavior; NaN where the behavior is not judged on the turn, or is `unlike`."""
    table = np.full((len(golds), len(BEHAVIORS)), np.nan, np.float32)
    for row, gold in zip(table, golds, strict=True):
        held, skip = set(gold.get("acts", gold.get("cacts", ()))), unlike.union(gold.get("skip", ()))
        for label in LABELS["behaviors"].get(gold["role"], ()):
            if label not in skip and "behaviors" not in skip:
                row[BEHAVIORS.index(label)] = label in held
    return table


def _classes(golds: Sequence[dict[str, Any]], of: Any) -> NDArray[np.int64]:
    return np.array([of(gold) for gold in golds], np.int64)


def _sentiment(gold: dict[str, Any]) -> int:
    judged = gold["role"] == "customer" and "sentiment" not in gold.get("skip", ())
    return SENTIMENT[gold["sentiment"]] if judged else -1


def _empathy(gold: dict[str, Any]) -> int:
    judged = gold["role"] == "agent" and "empathy_level" not in gold.get("skip", ())
    return int(gold["empathy_level"]) if judged else -1
