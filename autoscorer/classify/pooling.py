"""A whole contact as one row: what a rating reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .features import Said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

POOLS, FIGURES = 6, 6


def pooled_width(size: int) -> int:
    """The length of a pooled row for vectors of length `size`."""
    return POOLS * size + FIGURES


def pooled(vectors: Floats, talk: Said) -> Floats:
    """Mean, largest and last vector of agent and of customer, and how long they spoke; [pooled_width(d)]."""
    import numpy as np

    agent = np.array([role == "agent" for role in talk.roles])
    sides = [_or_nothing(vectors[agent]), _or_nothing(vectors[~agent])]
    lengths = [len(text) for text in talk.texts]
    figures = [
        len(lengths) / 10, agent.sum() / 5, float(agent[-1]), float(agent[0]),
        float(np.mean(np.log(np.array(lengths) + 2.0))) / 4, float(np.log(lengths[-1] + 2.0)) / 4,
    ]  # fmt: skip
    parts = [side.mean(axis=0) for side in sides] + [side.max(axis=0) for side in sides]
    parts += [side[-1] for side in sides]
    return np.concatenate([*parts, np.array(figures, np.float32)]).astype(np.float32)


def _or_nothing(vectors: Floats) -> Floats:
    import numpy as np

    return vectors if len(vectors) else np.zeros((1, vectors.shape[1]), np.float32)
