"""Which dialogues are kept apart and the folds of the others: by a hash of what was said and the seed.

The same dialogue falls on the same side in every run with that seed, also when more data is added. So a model
trained earlier has not seen what a later one is compared on.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from math import ceil

import numpy as np
from numpy.typing import NDArray

from .gold import Dialogue

HELD_OUT = 0.2
FOLDS = 4
CALIBRATION = 0.25
SEEN = -1
"""In place of a fold: what an encoder was fine-tuned on, which says nothing of what the model is worth."""
LEAST = 4


def held_out(dialogues: Sequence[Dialogue], seed: int) -> NDArray[np.bool_]:
    """True for the fifth that nothing is fitted on. Of the dialogues with a label at least a tenth, where four or
    more have it; at least two dialogues in all, at most half of them."""
    shares = np.array([_share(d, f"held out {seed}") for d in dialogues])
    chosen = shares < HELD_OUT
    for owners in _owners(dialogues).values():
        if len(owners) >= LEAST:
            chosen[sorted(owners, key=lambda at: float(shares[at]))[: ceil(len(owners) / 10)]] = True
    order = np.argsort(np.where(chosen, shares - 1, shares), kind="stable")
    kept = order[: min(max(2, int(chosen.sum())), len(shares) // 2)]
    return np.isin(np.arange(len(shares)), kept)


def _owners(dialogues: Sequence[Dialogue]) -> dict[str, list[int]]:
    """The dialogues in which each label occurs."""
    found: dict[str, list[int]] = {}
    for index, d in enumerate(dialogues):
        for label in sorted(frozenset[str]().union(*d.golds.values())):
            found.setdefault(label, []).append(index)
    return found


def folds(dialogues: Sequence[Dialogue], seed: int) -> NDArray[np.int64]:
    """The fold of each dialogue, 0 to FOLDS - 1, as even in size as can be."""
    shares = [_share(d, f"fold {seed}") for d in dialogues]
    found = np.empty(len(shares), np.int64)
    found[np.argsort(shares, kind="stable")] = np.arange(len(shares)) % FOLDS
    return found


def calibration(dialogues: Sequence[Dialogue], seed: int) -> NDArray[np.bool_]:
    """True for the quarter that an encoder is not fine-tuned on, so that what hangs on it can be calibrated there.
    Of the dialogues with a label at least a quarter, where four or more have it; at most half of all."""
    shares = np.array([_share(d, f"calibration {seed}") for d in dialogues])
    chosen = shares < CALIBRATION
    for owners in _owners(dialogues).values():
        if len(owners) >= LEAST:
            chosen[sorted(owners, key=lambda at: float(shares[at]))[: ceil(len(owners) * CALIBRATION)]] = True
    order = np.argsort(np.where(chosen, shares - 1, shares), kind="stable")
    kept = order[: min(max(2, int(chosen.sum())), len(shares) // 2)]
    return np.isin(np.arange(len(shares)), kept)


def fingerprint(d: Dialogue) -> str:
    """sha256 of who said what: the same for the same dialogue under another id."""
    said = "\n".join(f"{u.role} {u.text}" for u in d.utterances)
    return sha256(said.encode("utf-8", "replace")).hexdigest()


def _share(d: Dialogue, salt: str) -> float:
    """Evenly spread between 0 and 1."""
    digest = sha256(f"{salt} {fingerprint(d)}".encode()).hexdigest()
    return int(digest[:13], 16) / 16**13
