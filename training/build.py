"""The whole recipe: pretrain, fine-tune twice, settle on the calibration part, ship, measure, write the cards."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autoscorer.classify.features import clean
from autoscorer.classify.folder import ENCODER, LABELS
from autoscorer.learn.graph import write_json
from autoscorer.learn.network import Network, Shape
from autoscorer.rules import load_rules

from . import data, ship, teacher
from .card import card
from .corpora import CLEAN, LICENCES, Corpora, Side, sentences, sides
from .finetune import RATE, Contact, Tuned, finetune, predict
from .noise import Noise
from .pretrain import Alphabet, pretrain
from .split import is_dev, part

SENTENCES = 200_000
SEED = 0
LAST_EPOCHS, LAST_RATE = 2, RATE / 3  # the calibration part is learned at the end, after it has judged


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to build from, where to, and for how long."""

    shared: Path
    out: Path
    clean: bool
    steps: int
    epochs: int
    beside: Path | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is trained on."""

    dialogues: list[data.Dialogue]
    annotated: list[Contact]
    others: list[Contact]
    alphabet: Alphabet

    def of(self, *parts: str) -> tuple[list[Contact], list[data.Dialogue]]:
        """The annotated contacts of some parts, ready for training and as they are."""
        here = [i for i, d in enumerate(self.dialogues) if part(d.id) in parts]
        return [self.annotated[i] for i in here], [self.dialogues[i] for i in here]


def build(recipe: Recipe, *, build_dir: Path) -> None:
    """Train and write everything; what was trained is kept in the build folder for `settle`."""
    torch.set_num_threads(1)  # more threads add in another order, and so give other bytes
    corpora = Corpora(recipe.shared, clean=recipe.clean)
    dialogues = data.load(recipe.shared, clean=recipe.clean)
    first = [d for d in dialogues if data.is_first(d) and not is_dev(d.id)]
    own = [gold["text"] for d in first for gold in d.golds]
    texts = sentences(corpora, own, limit=SENTENCES)
    alphabet = Alphabet.of(texts)
    network = _pretrained(recipe, alphabet, texts, _sides(corpora, first, texts, build_dir), build_dir)
    material = _material(corpora, dialogues, alphabet)
    torch.manual_seed(SEED)
    judge = _tuned(Tuned(network), material, ("train",), epochs=recipe.epochs, rate=RATE)
    tuned = _tuned(deepcopy(judge), material, ("train", "calibration"), epochs=LAST_EPOCHS, rate=LAST_RATE)
    kept = {"characters": alphabet.characters, "judge": judge.state_dict(), "tuned": tuned.state_dict()}
    torch.save(kept, _kept(recipe, build_dir))
    _ship(recipe, material, judge, tuned)


def settle(recipe: Recipe, *, build_dir: Path) -> None:
    """After a change of the rule book: calibrate, fuse, write and measure what `build` trained, without training."""
    kept = torch.load(_kept(recipe, build_dir), weights_only=True)
    corpora, alphabet = Corpora(recipe.shared, clean=recipe.clean), Alphabet(kept["characters"])
    material = _material(corpora, data.load(recipe.shared, clean=recipe.clean), alphabet)
    judge, tuned = (Tuned(Network(Shape(alphabet.size))) for _ in range(2))
    judge.load_state_dict(kept["judge"])
    tuned.load_state_dict(kept["tuned"])
    _ship(recipe, material, judge.eval(), tuned.eval())


def _kept(recipe: Recipe, build_dir: Path) -> Path:
    return build_dir / ("trained-clean.pt" if recipe.clean else "trained.pt")


def _ship(recipe: Recipe, material: Material, judge: Tuned, tuned: Tuned) -> None:
    """`judge` did not see the calibration part, so it says how to read `tuned`, which did."""
    book = load_rules()
    held = material.of("calibration")
    judges = ship.experts(judge, material.of("train")[0])
    settings = ship.settle(judges, *held, book)
    known = material.of("train", "calibration")[0]
    shown = ship.experts(tuned, known)
    facts = {"training_data_sha256": data.data_hash(material.dialogues)}
    ship.write(recipe.out, shown, material.alphabet.characters, known, settings, facts=facts)
    _report(recipe, material, shown, settings)


def _pretrained(
    recipe: Recipe, alphabet: Alphabet, texts: Sequence[str], tasks: Sequence[Side], build_dir: Path
) -> Network:
    """The pretrained network, kept in the build folder under a hash of all that made it."""
    key = hashlib.sha256("\n".join([*texts, *alphabet.characters]).encode())
    for task in tasks:
        key.update(
            f"{task.name} {task.weight} {task.share}".encode() + np.ascontiguousarray(task.targets).tobytes()
        )
    path = build_dir / f"pretrained-{key.hexdigest()[:12]}-{recipe.steps}.pt"
    if path.exists():
        network = Network(Shape(alphabet.size))
        network.load_state_dict(torch.load(path, weights_only=True))
        return network
    network = pretrain(alphabet, tasks, steps=recipe.steps, seed=SEED)
    build_dir.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), path)
    return network


def _sides(
    corpora: Corpora, read: Sequence[data.Dialogue], texts: Sequence[str], build_dir: Path
) -> list[Side]:
    vectors = teacher.vectors(texts, build_dir)
    first = Side("teacher", texts, vectors, "vector", teacher.WIDTH, 4.0, 6.0)
    return [first, _acts(read), *sides(corpora)]


def _acts(read: Sequence[data.Dialogue]) -> Side:
    """Behaviors by turn, as people read them."""
    targets = np.nan_to_num(np.concatenate([c.behaviors for c in data.contacts(read, Alphabet(()))]))
    spoken = [clean(g["text"]) for d in read for g in d.golds if g["role"] != "system"]
    return Side("behaviors", spoken, targets, "many", len(data.BEHAVIORS), 8.0, 2.0)


def _material(corpora: Corpora, dialogues: list[data.Dialogue], alphabet: Alphabet) -> Material:
    others = [c for read in (data.satisfied, data.rated, data.reviewed) for c in read(corpora, alphabet)]
    return Material(dialogues, data.contacts(dialogues, alphabet), others, alphabet)


def _tuned(start: Tuned, material: Material, parts: tuple[str, ...], *, epochs: int, rate: float) -> Tuned:
    """`start`, fine-tuned on some parts."""
    used = [c for c in material.annotated + material.others if part(c.id) in parts]
    noise = Noise(material.alphabet.characters, SEED)
    return finetune(start, used, noise=noise, epochs=epochs, rate=rate, seed=SEED)


def _report(recipe: Recipe, material: Material, shown: ship.Experts, settings: ship.Settings) -> None:
    """Metrics and cards, from the shipped files on the development part."""
    contacts, dialogues = material.of("development")
    figures = ship.measure(recipe.out, contacts, dialogues, settings, load_rules())
    parity = ship.parity(recipe.out, shown, contacts, dialogues, settings)
    common = {
        "clean": recipe.clean,
        "training_data_sha256": data.data_hash(material.dialogues),
        "dialogues": _sizes(material.dialogues),
        "corpora": {name: LICENCES[name] for name in sorted(CLEAN if recipe.clean else LICENCES)},
        "steps": recipe.steps, "epochs": recipe.epochs,
    }  # fmt: skip
    beside = _beside(recipe, contacts, dialogues)
    for task in LABELS:
        metrics = {
            "task": task,
            **common,
            "dev": figures[task],
            "parity": parity[task],
            "clean_model": beside.get(task, {}),
        }
        if task == "behaviors":
            metrics["fusion_on_calibration_f1"] = settings.fusion_f1
        _write(recipe.out / task, task, metrics)
    _write(
        recipe.out / "quality",
        "quality",
        {"task": "quality", **common, "dev": _quality(material, shown.tuned)},
    )
    size = sum(f.stat().st_size for f in recipe.out.rglob("*") if f.is_file())
    _write(
        recipe.out / ENCODER,
        ENCODER,
        {"task": ENCODER, **common, "characters": material.alphabet.size, "bytes": size},
    )


def _quality(material: Material, tuned: Tuned) -> dict[str, Any]:
    """Pearson correlation with the mean of 19 raters on development dialogues, with a bootstrap interval."""
    rated = [c for c in material.others if c.quality is not None and is_dev(c.id)]
    if not rated:
        return {}
    found = predict(tuned, rated)["quality"]
    gold = np.stack([c.quality for c in rated if c.quality is not None])
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(rated), (1000, len(rated)))
    figures: dict[str, Any] = {"dialogues": len(rated)}
    for j, name in enumerate(data.QUALITIES):
        spread = [np.corrcoef(found[i, j], gold[i, j])[0, 1] for i in drawn]
        values = (np.corrcoef(found[:, j], gold[:, j])[0, 1], *np.percentile(spread, [2.5, 97.5]))
        figures[name] = [round(float(v), 4) for v in values]
    return figures


def _beside(
    recipe: Recipe, contacts: Sequence[Contact], dialogues: Sequence[data.Dialogue]
) -> dict[str, dict[str, Any]]:
    """The headline figures of the models of --beside on the same dialogues, by task and corpus."""
    if recipe.beside is None:
        return {}
    figures = ship.measure(recipe.beside, contacts, dialogues, ship.settings_of(recipe.beside), load_rules())
    return {
        task: {corpus: ship.headlines(figure) for corpus, figure in found.items()}
        for task, found in figures.items()
    }


def _sizes(dialogues: Sequence[data.Dialogue]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for d in dialogues:
        sizes = found.setdefault(d.corpus, {"train": 0, "calibration": 0, "development": 0})
        sizes[part(d.id)] += 1
    return found


def _write(folder: Path, task: str, metrics: dict[str, Any]) -> None:
    write_json(folder / "metrics.json", metrics)
    (folder / "README.md").write_text(card(task, metrics), encoding="utf-8")
    shown = {
        c: {k: v for k, v in f.items() if isinstance(v, list)}
        for c, f in metrics.get("dev", {}).items()
        if isinstance(f, dict)
    }
    sys.stderr.write(f"{task}: {shown or metrics.get('dev', '')}\n")


__all__ = ["Recipe", "build", "settle"]
