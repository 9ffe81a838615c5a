"""Which dialogues are kept for development, and the folds of the others; by hash of the id alone."""

from __future__ import annotations

from hashlib import sha256

FOLDS = 5


def is_dev(id: str) -> bool:
    """Whether the dialogue belongs to the development fifth, on which nothing is fitted."""
    return _hash(id) % 5 == 0


def fold(id: str) -> int:
    """The fold, 0 to FOLDS - 1, of a training dialogue."""
    return _hash(f"fold {id}") % FOLDS


def _hash(text: str) -> int:
    return int(sha256(text.encode()).hexdigest(), 16)
