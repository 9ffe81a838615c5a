"""Teaches encoder and heads all tasks together, contact by contact."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from autoscorer.classify.features import NEIGHBOURS, WEIGHT, grams, neighbours, places, said, width
from autoscorer.classify.pooling import pooled_width
from autoscorer.learn.network import Network, padded
from autoscorer.learn.tuning import schedule
from autoscorer.types import Utterance

from .heads import Head
from .noise import Noise
from .pretrain import Alphabet, advance, make_optimizers, set_rate

HIDDEN = {"behaviors": 160, "sentiment": 96, "empathy": 64, "satisfaction": 64, "reviews": 32, "quality": 96}
LABELS = {"behaviors": 30, "sentiment": 3, "empathy": 3, "satisfaction": 3, "reviews": 2, "quality": 3}
LOSSES = {
    "behaviors": 15.0, "sentiment": 1.0, "empathy": 0.7, "satisfaction": 0.5, "reviews": 1.0, "quality": 1.5
}  # fmt: skip
CLASSES = ("sentiment", "empathy", "satisfaction", "reviews")
RATE, ENCODER_SHARE = 1.5e-3, 0.4
ANNOTATED, SATISFACTION, RATED, REVIEWS = 6, 1, 6, 8  # contacts of each kind in one step
TWICE = "labelled"  # the corpus by whose labels people measure; each of its contacts comes twice in an epoch
SMOOTH, LARGEST_GRADIENT = 0.03, 3.0
NOISY = 0.5  # of the contacts are heard with recognition errors
MEMORY = 0.998  # of the running mean of the weights
TOGETHER = 64  # texts that run through the network at a time

Floats = NDArray[np.float32]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact ready for training: its spoken turns, and what is known of them.

    turns: their indexes. behaviors: [turns, 30], NaN where not judged. classes: of each of CLASSES, a class
    a turn, -1 where not judged; a review is a contact of one turn. quality: [3] or None.
    """

    id: str
    corpus: str
    turns: tuple[int, ...]
    ids: tuple[NDArray[np.int64], ...]
    grams: tuple[NDArray[np.int32], ...]
    agent: NDArray[np.bool_]
    around: NDArray[np.int64]
    place: Floats
    behaviors: Floats
    classes: dict[str, NDArray[np.int64]]
    quality: Floats | None = None


def contact(
    alphabet: Alphabet, id: str, corpus: str, utterances: Sequence[Utterance], *,
    behaviors: Floats | None = None, classes: dict[str, NDArray[np.int64]] | None = None,
    quality: Floats | None = None,
) -> Contact:  # fmt: skip
    """Prepare a contact. behaviors and classes have a row for each utterance, system lines included."""
    talk = said(utterances)
    kept, n = np.array(talk.turns, np.int64), len(talk.turns)
    given = classes or {}
    return Contact(
        id, corpus, talk.turns, tuple(map(alphabet.ids, talk.texts)), tuple(map(grams, talk.texts)),
        np.array([role == "agent" for role in talk.roles]),
        np.array(neighbours(talk.roles), np.int64).reshape(n, NEIGHBOURS), np.array(places(talk), np.float32),
        np.full((n, LABELS["behaviors"]), np.nan, np.float32) if behaviors is None else behaviors[kept],
        {task: given[task][kept] if task in given else np.full(n, -1) for task in CLASSES},
        quality,
    )  # fmt: skip


class Tuned(nn.Module):
    """The encoder with all heads."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        size = network.shape.size
        self.network = network
        wide = {task: pooled_width(size) if task == "quality" else width(size) for task in HIDDEN}
        self.heads = nn.ModuleDict({task: Head(wide[task], LABELS[task], HIDDEN[task]) for task in HIDDEN})

    def vectors(self, contacts: Sequence[Contact]) -> list[Tensor]:
        """One [turns, size] a contact; texts of like length run together."""
        ids = [row for c in contacts for row in c.ids]
        order = np.argsort([len(row) for row in ids], kind="stable")
        groups = [order[k : k + TOGETHER] for k in range(0, len(ids), TOGETHER)]
        found = torch.cat([self.network(padded([ids[i] for i in group])) for group in groups])
        return list(found[torch.from_numpy(np.argsort(order))].split([len(c.ids) for c in contacts]))

    def rows(self, vectors: Tensor, contact: Contact) -> Tensor:
        """As `features.rows` makes them."""
        wide = torch.cat([vectors, torch.zeros(1, vectors.shape[1])])
        around = WEIGHT * wide[torch.from_numpy(contact.around)].flatten(1)
        return torch.cat([vectors, around, torch.from_numpy(contact.place)], 1)

    def pool(self, vectors: Tensor, contact: Contact) -> Tensor:
        """As `pooling.pooled` makes it."""
        agent = torch.from_numpy(contact.agent)
        nothing = torch.zeros(1, vectors.shape[1])
        sides = [vectors[who] if bool(who.any()) else nothing for who in (agent, ~agent)]
        lengths = np.log(np.array([len(row) for row in contact.ids]))
        figures = [len(agent) / 10, float(agent.sum()) / 5, float(agent[-1]), float(agent[0]),
                   float(lengths.mean()) / 4, float(lengths[-1]) / 4]  # fmt: skip
        parts = [s.mean(0) for s in sides] + [s.amax(0) for s in sides] + [s[-1] for s in sides]
        return torch.cat([*parts, torch.tensor(figures)])

    def forward(self, contacts: Sequence[Contact]) -> dict[str, Tensor]:
        """Logits of all turns of all contacts by task, and ratings by contact."""
        vectors = self.vectors(contacts)
        rows = torch.cat([self.rows(v, c) for v, c in zip(vectors, contacts, strict=True)])
        found = {task: head(rows) for task, head in self.heads.items() if task != "quality"}
        pools = torch.stack([self.pool(v, c) for v, c in zip(vectors, contacts, strict=True)])
        return {**found, "quality": self.heads["quality"](pools)}


def finetune(
    tuned: Tuned, contacts: Sequence[Contact], *, noise: Noise, epochs: int, rate: float = RATE, seed: int = 0
) -> Tuned:
    """`tuned` trained further on `contacts`; an epoch is once through those with behaviors.

    Half of the contacts are heard with `noise`. What is returned is a running mean of the weights, which is
    steadier than the last ones.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    heads, dense = list(tuned.heads.parameters()), tuned.network.dense()
    optimizers = make_optimizers([(dense, ENCODER_SHARE, 0.01), (heads, 1.0, 0.03)], tuned.network)
    annotated = [c for c in contacts if not np.isnan(c.behaviors).all()]
    annotated += [c for c in annotated if c.corpus == TWICE]
    beside = [
        _endless([c for c in contacts if (c.classes["satisfaction"] >= 0).any()], rng, SATISFACTION),
        _endless([c for c in contacts if c.quality is not None], rng, RATED),
        _endless([c for c in contacts if (c.classes["reviews"] >= 0).any()], rng, REVIEWS),
    ]
    steps, step = epochs * -(-len(annotated) // ANNOTATED), 0
    mean = AveragedModel(tuned, multi_avg_fn=get_ema_multi_avg_fn(MEMORY))
    tuned.train()
    for epoch in range(epochs):
        rng.shuffle(annotated)
        total = 0.0
        for k in range(0, len(annotated), ANNOTATED):
            set_rate(optimizers, rate * schedule(step, steps, warm=80))
            step += 1
            batch = annotated[k : k + ANNOTATED] + [c for stream in beside for c in next(stream)]
            heard = [_noisy(c, noise) if rng.random() < NOISY else c for c in batch]
            loss = _loss(tuned(heard), batch)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(dense + heads, LARGEST_GRADIENT)
            advance(optimizers)
            mean.update_parameters(tuned)
            total += loss.item()
        sys.stderr.write(f"fine-tuning {epoch + 1}/{epochs}: {total * epochs / steps:.3f}\n")
    averaged: Tuned = mean.module
    return averaged.eval()


def _noisy(contact: Contact, noise: Noise) -> Contact:
    return replace(contact, ids=tuple(map(noise, contact.ids)))


def predict(tuned: Tuned, contacts: Sequence[Contact]) -> dict[str, Floats]:
    """Logits of all turns by task and ratings by contact, uncalibrated."""
    tuned.eval()
    with torch.no_grad():
        parts = [tuned(contacts[k : k + 16]) for k in range(0, len(contacts), 16)]
    return {task: torch.cat([part[task] for part in parts]).numpy() for task in parts[0]}


def _loss(found: dict[str, Tensor], batch: Sequence[Contact]) -> Tensor:
    gold = torch.from_numpy(np.concatenate([c.behaviors for c in batch]))
    asked = ~torch.isnan(gold)
    loss = LOSSES["behaviors"] * F.binary_cross_entropy_with_logits(found["behaviors"][asked], gold[asked])
    for task in CLASSES:
        classes = torch.from_numpy(np.concatenate([c.classes[task] for c in batch]))
        asked = classes >= 0
        if asked.any():
            loss = loss + LOSSES[task] * F.cross_entropy(
                found[task][asked], classes[asked], label_smoothing=SMOOTH
            )
    rated = [i for i, c in enumerate(batch) if c.quality is not None]
    if rated:
        gold = torch.from_numpy(np.stack([c.quality for c in batch if c.quality is not None]))
        loss = loss + LOSSES["quality"] * F.mse_loss(found["quality"][rated], gold)
    return loss


def _endless(items: list[T], rng: random.Random, count: int) -> Iterator[list[T]]:
    """Endless draws of `count`, each item once before any comes again; empty ones where there are none."""
    pool: list[T] = []
    while True:
        while items and len(pool) < count:
            pool += rng.sample(items, len(items))
        yield [pool.pop() for _ in range(min(count, len(pool)))]
