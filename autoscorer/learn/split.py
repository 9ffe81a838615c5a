"""Which dialogues are kept apart and the folds of the others: by a hash of what was said and the seed.

The same dialogue falls on the same side in every run with that seed, also when more data is added. So a model
trained earlier has not seen what a later one is compared on.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from .gold import Dialogue

HELD_OUT = 0.2
FOLDS = 4


def held_out(dialogues: Sequence[Dialogue], seed: int) -> NDArray[np.bool_]:
    """True for the fifth that nothing is fitted on; at least two dialogues, at most half of them."""
    shares = np.array([_share(d, f"held out {seed}") for d in dialogues])
    count = min(max(2, int((shares < HELD_OUT).sum())), len(shares) // 2)
    chosen = np.zeros(len(shares), bool)
    chosen[np.argsort(shares, kind="stable")[:count]] = True
    return chosen


def folds(dialogues: Sequence[Dialogue], seed: int) -> NDArray[np.int64]:
    """The fold of each dialogue, 0 to FOLDS - 1, as even in size as can be."""
    shares = [_share(d, f"fold {seed}") for d in dialogues]
    found = np.empty(len(shares), np.int64)
    found[np.argsort(shares, kind="stable")] = np.arange(len(shares)) % FOLDS
    return found


def fingerprint(d: Dialogue) -> str:
    """sha256 of who said what: the same for the same dialogue under another id."""
    said = "\n".join(f"{u.role} {u.text}" for u in d.utterances)
    return sha256(said.encode("utf-8", "replace")).hexdigest()


def _share(d: Dialogue, salt: str) -> float:
    """Evenly spread between 0 and 1."""
    digest = sha256(f"{salt} {fingerprint(d)}".encode()).hexdigest()
    return int(digest[:13], 16) / 16**13
