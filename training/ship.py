"""Builds one task, writes its folder, and measures what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autoscorer.classify.folder import labels
from autoscorer.classify.model import Classifier

from . import build, tune
from .card import card
from .data import Dialogue, Rows, data_hash, rows, targets
from .evaluate import decide
from .export import write_json
from .split import is_dev

Floats = NDArray[np.float64]


def ship(
    task: str, dialogues: Sequence[Dialogue], folder: Path, *, build_dir: Path, clean: bool
) -> dict[str, Any]:
    """Write the model folder with metrics.json and README.md; keep out-of-fold logits in `build_dir`.

    Returns the metrics.
    """
    table = rows(dialogues)
    built = build.build(task, table)
    build.write(folder, built, data=data_hash(dialogues))
    keep_oof(build_dir / f"{task}_oof.npz", built, table)
    metrics = {
        "task": task,
        "clean": clean,
        "training_data_sha256": data_hash(dialogues),
        "features": sum(map(len, built.vocabulary.values())),
        "dialogues": _sizes(dialogues),
        **measure(Classifier.load(folder), built, table),
        "compare": compare(task, dialogues, table, clean=clean),
    }
    write_json(folder / "metrics.json", metrics)
    (folder / "README.md").write_text(card(task, metrics), encoding="utf-8")
    return metrics


def keep_oof(path: Path, built: build.Built, table: Rows) -> None:
    """Out-of-fold logits, gold labels and their places, for the fusion with rules (`fuse`)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    turns = np.concatenate([np.arange(n) for n in _lengths(table.dialogues)])
    np.savez_compressed(
        path,
        dialogue=table.dialogues[table.train],
        turn=turns[table.train],
        corpus=table.corpora[table.train],
        logits=built.oof[table.train].astype(np.float32),
        gold=targets(table.golds, built.task)[table.train].astype(np.float32),
        labels=np.array(labels(built.task)),
    )


def measure(model: Classifier, built: build.Built, table: Rows) -> dict[str, Any]:
    """Figures of the shipped files on the development part, and how far int8 is from float."""
    dev = ~table.train
    shipped = np.full(built.oof.shape, np.nan)
    shipped[dev] = model.logits([g for g, use in zip(table.grams, dev, strict=True) if use])
    limits = np.array(model.config.thresholds)
    return {
        "dev": build.figures(built.task, shipped, limits, table, dev),
        "oof": build.figures(built.task, built.oof, limits, table, table.train),
        "int8": _parity(built, built.logits(table), shipped, targets(table.golds, built.task), dev),
    }


def compare(task: str, dialogues: Sequence[Dialogue], table: Rows, *, clean: bool) -> dict[str, Any]:
    """The same figures for a model of the turn alone, for the majority, and without research text."""
    own = build.build(task, table, spaces=("own",))
    found = {
        "own_turn_only": build.figures(task, own.logits(table), own.thresholds, table, ~table.train),
        "majority": _majority(task, table),
    }
    if not clean:
        ours = build.build(task, rows([d for d in dialogues if d.corpus == "written"]))
        found["clean_data_only"] = build.figures(
            task, ours.logits(table), ours.thresholds, table, ~table.train
        )
    return found


def _majority(task: str, table: Rows) -> dict[str, Any]:
    """Always the commonest class; for behaviors, where absence is commonest, nothing."""
    gold = targets(table.golds, task)
    rate = np.nanmean(gold[table.train], axis=0)
    constant = np.where(rate == rate.max(), 5.0, -5.0) if task != "behaviors" else np.full(len(rate), -5.0)
    logits = np.tile(constant, (len(gold), 1))
    return build.figures(task, logits, np.full(len(rate), 0.5), table, ~table.train)


def _parity(
    built: build.Built, exact: Floats, shipped: Floats, gold: Floats, dev: NDArray[np.bool_]
) -> dict[str, float]:
    judged = dev & ~np.isnan(gold).all(axis=1)
    a, b, asked = exact[judged], shipped[judged], ~np.isnan(gold[judged])
    p, q = (tune.probabilities(z, exclusive=built.exclusive) for z in (a, b))
    same = decide(built.task, p, built.thresholds) == decide(built.task, q, built.thresholds)
    return {
        "largest_logit_difference": round(float(np.abs(a - b)[asked].max()), 3),
        "largest_probability_difference": round(float(np.abs(p - q)[asked].max()), 3),
        "same_decisions": round(float((same | ~asked).all(axis=1).mean()), 4),
    }


def _sizes(dialogues: Sequence[Dialogue]) -> Mapping[str, dict[str, int]]:
    corpora = sorted({d.corpus for d in dialogues})
    dev = {c: sum(is_dev(d.id) for d in dialogues if d.corpus == c) for c in corpora}
    return {c: {"train": sum(d.corpus == c for d in dialogues) - dev[c], "dev": dev[c]} for c in corpora}


def _lengths(owners: NDArray[Any]) -> list[int]:
    starts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
    return np.diff(np.append(starts, len(owners))).tolist()
