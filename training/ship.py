"""From a fitted encoder with heads to the folders of models/, measured as they are shipped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from autoscorer.classify import Classifiers
from autoscorer.classify.features import said
from autoscorer.classify.folder import (
    CHARACTERS,
    CONFIG,
    ENCODER,
    FORMAT,
    KINDS,
    LABELS,
    MODEL,
    digest,
)  # fmt: skip
from autoscorer.learn.graph import write_json
from autoscorer.learn.network import Network, to_onnx
from autoscorer.learn.tune import unsure as point_of_doubt
from autoscorer.rules import RuleBook

from . import fuse, heads, tune, wide
from .data import QUALITIES, Dialogue
from .evaluate import calibration_error, columns, decide, report
from .finetune import Contact, Tuned, predict
from .tune import Mix
from .wide import Wide

Floats = NDArray[np.float64]
JOBS = 2


@dataclass(frozen=True, slots=True)
class Experts:
    """The two that are mixed: encoder with heads, and n-grams by task."""

    tuned: Tuned
    wide: Mapping[str, Wide]

    def logits(self, contacts: Sequence[Contact]) -> dict[str, tuple[Floats, Floats]]:
        """Both experts' logits of all turns, by task."""
        deep, seen = predict(self.tuned, contacts), [row for c in contacts for row in c.grams]
        return {task: (deep[task].astype(float), self.wide[task].logits(seen)) for task in LABELS}


@dataclass(frozen=True, slots=True)
class Settings:
    """What was fitted on the calibration part: how to mix the experts, where exclusive labels are not relied on, and
    how to weigh the rules."""

    mixes: Mapping[str, Mix]
    thresholds: Mapping[str, Floats]
    unsure: Mapping[str, float]
    fusion: Mapping[str, Mapping[str, float]]
    fusion_f1: Mapping[str, Any]


def experts(tuned: Tuned, contacts: Sequence[Contact]) -> Experts:
    """`tuned`, with n-grams fitted on the same contacts."""
    seen = [row for c in contacts for row in c.grams]
    return Experts(tuned, {task: wide.fit(seen, gold_of(task, contacts), jobs=JOBS) for task in LABELS})


def settle(
    judge: Experts, contacts: Sequence[Contact], dialogues: Sequence[Dialogue], book: RuleBook
) -> Settings:
    """Fit mixes, thresholds and fusion on dialogues that `judge` did not see."""
    mixes, thresholds, unsure, logits = {}, {}, {}, {}
    for task, (deep, grams) in judge.logits(contacts).items():
        gold, exclusive = gold_of(task, contacts), KINDS[task] == "one"
        mixes[task] = tune.mix(deep, grams, gold, exclusive=exclusive)
        logits[task] = mixes[task].apply(deep, grams)
        p = tune.probabilities(logits[task], exclusive=exclusive)
        thresholds[task] = tune.thresholds(p, gold, exclusive=exclusive)
        if exclusive:
            judged = ~np.isnan(gold[:, 0])
            unsure[task] = point_of_doubt(p[judged], gold[judged], thresholds[task])
    hits = fuse.rule_hits(dialogues, book)
    fusion, f1 = fuse.fuse(logits["behaviors"], gold_of("behaviors", contacts), hits)
    return Settings(mixes, thresholds, unsure, fusion, f1)


def gold_of(task: str, contacts: Sequence[Contact]) -> Floats:
    """1 or 0 for each spoken turn and label, [turns, labels]; NaN where the task is not judged."""
    if task == "behaviors":
        return np.concatenate([c.behaviors for c in contacts]).astype(float)
    classes = np.concatenate([c.classes[task] for c in contacts])
    table = (classes[:, None] == np.arange(len(columns(task)))).astype(float)
    table[classes < 0] = np.nan
    return table


def write(
    out: Path, shown: Experts, characters: Sequence[str], contacts: Sequence[Contact], settings: Settings, *,
    facts: Mapping[str, Any],
) -> None:  # fmt: skip
    """All folders: the encoder, our tasks and quality; without metrics and cards. contacts: of the kind that
    will be read, to scale whole numbers by."""
    texts = [row for contact in contacts for row in contact.ids]
    _write_encoder(out / ENCODER, shown.tuned.network, characters, texts, facts)
    encoder = digest(out / ENCODER / CONFIG)
    for task in (*LABELS, "quality"):
        rating = task == "quality"
        labels = {"agent": list(QUALITIES)} if rating else {r: list(g) for r, g in LABELS[task].items()}
        count = sum(map(len, labels.values()))
        head = shown.tuned.heads[task]
        assert isinstance(head, heads.Head)
        if rating:
            model = heads.to_onnx(head, Mix.none(count))
        else:
            model = heads.to_onnx(head, settings.mixes[task], shown.wide[task])
        config = {
            "task": task, "kind": KINDS[task], "labels": labels, "encoder": encoder,
            "thresholds": [0.5] * count if rating else settings.thresholds[task].tolist(), **facts,
        }  # fmt: skip
        if task in settings.unsure:
            config["unsure"] = settings.unsure[task]
        if task == "behaviors":
            config["fusion"] = settings.fusion
        _write_folder(out / task, model, config, {})


def _write_encoder(
    folder: Path, network: Network, characters: Sequence[str], texts: Sequence[NDArray[np.int64]],
    facts: Mapping[str, Any],
) -> None:  # fmt: skip
    """The folder of an encoder."""
    config = {"kind": ENCODER, "size": network.shape.size, **facts}
    _write_folder(folder, to_onnx(network, texts), config, {CHARACTERS: list(characters)})


def settings_of(out: Path) -> Settings:
    """The settings that the folders of shipped models state; how experts were mixed is in the models themselves."""
    configs = {task: json.loads((out / task / CONFIG).read_text(encoding="utf-8")) for task in LABELS}
    thresholds = {task: np.array(config["thresholds"]) for task, config in configs.items()}
    unsure = {task: config["unsure"] for task, config in configs.items() if "unsure" in config}
    return Settings({}, thresholds, unsure, configs["behaviors"]["fusion"], {})


def measure(out: Path, contacts: Sequence[Contact], dialogues: Sequence[Dialogue], settings: Settings,
            book: RuleBook) -> dict[str, Any]:  # fmt: skip
    """Figures of the shipped files on `contacts` by task and corpus, with 95 % intervals over dialogues."""
    models = Classifiers.load(out)
    tables = [_shipped(models, d) for d in dialogues]
    hits = fuse.rule_hits(dialogues, book)
    corpora = np.concatenate([[_group(c)] * len(c.turns) for c in contacts])
    owners = np.concatenate([[c.id] * len(c.turns) for c in contacts])
    figures: dict[str, Any] = {}
    for task in LABELS:
        logits = np.concatenate([table[task] for table in tables]).astype(float)
        gold = gold_of(task, contacts)
        p = tune.probabilities(logits, exclusive=KINDS[task] == "one")
        found = decide(task, p, settings.thresholds[task])
        both = fuse.decided(logits, hits, settings.fusion) if task == "behaviors" else found
        figures[task] = {}
        for corpus in sorted(set(corpora.tolist())):
            here = (corpora == corpus) & ~np.isnan(gold).all(axis=1)
            figure = {
                **report(task, both[here], gold[here], owners[here]),
                "ece": calibration_error(task, p[here], gold[here]),
                "doubts": _doubts(task, p[here], gold[here], settings)
                if task in settings.unsure
                else fuse.doubts(logits[here], _at(hits, here), gold[here], settings.fusion),
            }
            if task == "behaviors":
                figure["model_alone"] = headlines(report(task, found[here], gold[here], owners[here]))
                figure["rules_alone"] = headlines(report(task, hits.any[here] > 0, gold[here], owners[here]))
            figures[task][corpus] = figure
    return figures


def _doubts(task: str, p: Floats, gold: Floats, settings: Settings) -> dict[str, float]:
    """The share of turns whose label is not relied on, and how often it is right there and elsewhere."""
    chosen = (p / settings.thresholds[task]).argmax(axis=1)
    rows = np.arange(len(chosen))
    right, doubtful = gold[rows, chosen] > 0, p[rows, chosen] < settings.unsure[task]
    parts = (doubtful.mean(), right[doubtful].mean() if doubtful.any() else 0.0, right[~doubtful].mean())
    return dict(zip(("share", "right", "right_elsewhere"), (round(float(v), 4) for v in parts), strict=True))


def _at(hits: fuse.Hits, here: NDArray[np.bool_]) -> fuse.Hits:
    return fuse.Hits(hits.any[here], hits.decisive[here])


def parity(
    out: Path, shown: Experts, contacts: Sequence[Contact], dialogues: Sequence[Dialogue], settings: Settings
) -> dict[str, dict[str, float]]:
    """How far the shipped files are from what was fitted, by task: largest difference of a logit, and the share
    of turns with the same decision."""
    models, exact = Classifiers.load(out), shown.logits(contacts)
    tables = [_shipped(models, d) for d in dialogues]
    found = {}
    for task, (deep, grams) in exact.items():
        pair = (
            settings.mixes[task].apply(deep, grams),
            np.concatenate([t[task] for t in tables]).astype(float),
        )
        exclusive = KINDS[task] == "one"
        decisions = [
            decide(task, tune.probabilities(z, exclusive=exclusive), settings.thresholds[task]) for z in pair
        ]
        found[task] = {
            "largest_logit_difference": round(float(np.abs(pair[0] - pair[1]).max()), 3),
            "same_decisions": round(float((decisions[0] == decisions[1]).all(axis=1).mean()), 4),
        }
    return found


def _shipped(models: Classifiers, dialogue: Dialogue) -> dict[str, NDArray[np.float32]]:
    """Logits of each task for the spoken turns of a dialogue."""
    _, table = models.encoder.read(said(dialogue.transcript().utterances))
    return {task: models[task].logits(table) for task in LABELS}


def _group(contact: Contact) -> str:
    return "written" if contact.corpus == "written" else "chats"


def headlines(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Those figures that have an interval."""
    return {name: value for name, value in figures.items() if isinstance(value, list)}


def _write_folder(
    folder: Path, model: onnx.ModelProto, config: Mapping[str, Any], files: Mapping[str, Any]
) -> None:
    """model.onnx, `files` as JSON and, with their hashes, config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL).write_bytes(model.SerializeToString(deterministic=True))
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")
    hashes = {name: digest(folder / name) for name in (MODEL, *files)}
    write_json(folder / CONFIG, {"format": FORMAT, **config, "files": hashes})
