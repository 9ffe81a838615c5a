"""Teaches the encoder Chinese before it sees a label of ours: sentence vectors and side tasks, drawn by share."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from autoscorer.classify.encoder import BORDER, UNKNOWN
from autoscorer.learn.network import Network, Shape, padded
from autoscorer.learn.tuning import schedule

from .corpora import Side

LEAST, MOST = 4, 8000  # how often a character must occur; how many are known
PLACES, TEXTS = 5000, 80  # limits of one batch
DRAWN = 2  # side tasks in one step
RATE = 1.5e-3
SHOWN = 500


class Alphabet:
    """The characters that the encoder knows, by frequency, and texts as their ids."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._ids = {char: i for i, char in enumerate(characters, 2)}

    @classmethod
    def of(cls, texts: Iterable[str]) -> Alphabet:
        """The frequent characters of `texts`."""
        counts = Counter[str]()
        for text in texts:
            counts.update(text)
        frequent = [(-n, char) for char, n in counts.items() if n >= LEAST]
        return cls([char for _, char in sorted(frequent)[:MOST]])

    @property
    def size(self) -> int:
        """With unknown and border."""
        return len(self.characters) + 2

    def ids(self, text: str) -> NDArray[np.int64]:
        """As `Encoder.run` makes them."""
        get = self._ids.get
        return np.array([BORDER, *(get(char, UNKNOWN) for char in text), BORDER], np.int64)


def pretrain(alphabet: Alphabet, tasks: Sequence[Side], *, steps: int, seed: int = 0) -> Network:
    """A network trained on `tasks` for `steps` steps. Same tasks, seed and machine: same network."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    network = Network(Shape(alphabet.size))
    heads = nn.ModuleDict({task.name: nn.Linear(network.shape.size, task.width) for task in tasks})
    optimizers = make_optimizers(
        [(network.dense(), 1.0, 0.01), (list(heads.parameters()), 1.0, 0.01)], network
    )
    streams = {task.name: _batches(task, alphabet, rng) for task in tasks}
    shares, mean = [task.share for task in tasks], dict[str, float]()
    network.train()
    for step in range(steps):
        set_rate(optimizers, RATE * schedule(step, steps, warm=200))
        for task in rng.choices(tasks, shares, k=DRAWN):
            ids, targets = next(streams[task.name])
            loss = _loss(task, heads[task.name](network(padded(ids))), targets)
            (task.weight * loss).backward()  # type: ignore[no-untyped-call]
            mean[task.name] = 0.97 * mean.get(task.name, loss.item()) + 0.03 * loss.item()
        advance(optimizers)
        if (step + 1) % SHOWN == 0:
            shown = " ".join(f"{name} {value:.3f}" for name, value in sorted(mean.items()))
            sys.stderr.write(f"pretraining {step + 1}/{steps}: {shown}\n")
    return network.eval()


def _loss(task: Side, found: Tensor, targets: Tensor) -> Tensor:
    if task.loss == "one":
        return F.cross_entropy(found, targets)
    if task.loss == "many":
        return F.binary_cross_entropy_with_logits(found, targets)
    units = F.normalize(found, dim=1)  # near to the teacher's vector, and as far from the others as it is
    likeness = (units @ units.T - targets @ targets.T) ** 2
    return (1 - (units * targets).sum(1)).mean() + 5 * likeness.mean()


def _batches(task: Side, alphabet: Alphabet, rng: random.Random) -> Iterator[tuple[list[Any], Tensor]]:
    """Endless batches of texts of about equal length, with their targets."""
    ids = [alphabet.ids(text) for text in task.texts]
    while True:
        for batch in by_length([len(row) for row in ids], rng):
            targets = torch.from_numpy(np.asarray(task.targets[batch]))
            yield [ids[i] for i in batch], targets if task.loss == "one" else targets.float()


def by_length(lengths: Sequence[int], rng: random.Random) -> list[list[int]]:
    """All indexes in batches of about equal length, within PLACES and TEXTS, in random order."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i] + 4 * rng.random())
    batches: list[list[int]] = [[]]
    for i in order:
        if len(batches[-1]) >= TEXTS or (len(batches[-1]) + 1) * lengths[i] > PLACES:
            batches.append([])
        batches[-1].append(i)
    batches = [batch for batch in batches if batch]
    rng.shuffle(batches)
    return batches


def make_optimizers(groups: Sequence[tuple[Any, float, float]], network: Network) -> list[Any]:
    """AdamW over groups of (parameters, share of the rate, decay), and one for the sparse table of pairs,
    which learns at the rate of the first group."""
    dense = [{"params": p, "share": share, "weight_decay": decay} for p, share, decay in groups]
    pairs = [{"params": list(network.pairs.parameters()), "share": groups[0][1]}]
    return [torch.optim.AdamW(dense), torch.optim.SparseAdam(pairs)]


def set_rate(optimizers: Sequence[Any], rate: float) -> None:
    """Set the learning rate of every group by its share."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"]


def advance(optimizers: Sequence[Any]) -> None:
    """One step, then forget the gradients."""
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()
