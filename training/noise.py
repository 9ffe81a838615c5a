"""Recognition errors for training: characters that sound alike stand for each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHARE = 0.04  # of the characters of a noisy text


class Noise:
    """Swaps characters of a text by others of the same sound, tones aside."""

    def __init__(self, characters: Sequence[str], seed: int) -> None:
        from pypinyin import lazy_pinyin

        alike: dict[str, list[int]] = defaultdict(list)
        for i, char in enumerate(characters, 2):
            if "\u4e00" <= char <= "\u9fff":
                alike[lazy_pinyin(char)[0]].append(i)
        self._alike = {i: group for group in alike.values() if len(group) > 1 for i in group}
        self._rng = np.random.default_rng(seed)

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """`ids` with SHARE of its characters swapped."""
        changed = ids.copy()
        for place in np.flatnonzero(self._rng.random(len(ids)) < SHARE):
            group = self._alike.get(int(ids[place]))
            if group:
                changed[place] = group[int(self._rng.integers(len(group)))]
        return changed
