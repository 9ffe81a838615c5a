"""Which dialogues are kept for development and calibration; by hash of the id alone."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

FOLDS = 5
ONLY_TRAINED = ("shop-", "mobilecs-")
"""How the ids begin of dialogues that no figure or threshold should rest on: picked for what the models doubted and
cut off at a reply, or without the agent's turns."""
Part = Literal["train", "calibration", "development"]


def part(id: str) -> Part:
    """A fifth is for development, on which nothing is fitted; a fifth of the rest for calibration and fusion."""
    if id.startswith(ONLY_TRAINED):
        return "train"
    if _hash(id) % 5 == 0:
        return "development"
    return "calibration" if fold(id) == 0 else "train"


def is_dev(id: str) -> bool:
    """Whether the dialogue belongs to the development fifth."""
    return part(id) == "development"


def fold(id: str) -> int:
    """The fold, 0 to FOLDS - 1, of a dialogue that is not for development."""
    return _hash(f"fold {id}") % FOLDS


def _hash(text: str) -> int:
    return int(sha256(text.encode()).hexdigest(), 16)
