"""What people would use instead, timed on the same texts: sentiment packages, and encoders of usual sizes.

The encoders have random weights: their speed does not depend on what they learned, their answers do.
"""

from __future__ import annotations

import time
from collections.abc import Callable

VOCABULARY, LENGTH, BATCH = 21128, 128, 32
_SHAPES = {"RBT3": (3, 768, 12, 3072), "RBT4-H312": (4, 312, 12, 1248), "BERT-base": (12, 768, 12, 3072)}
"""Layers, width, heads, and inner width, as their published configurations have them."""

Judge = Callable[[list[str]], object]


def _snownlp() -> Judge:
    from snownlp import SnowNLP

    return lambda texts: [SnowNLP(text).sentiments for text in texts if text.strip()]


def _cnsenti() -> Judge:
    from cnsenti import Sentiment

    judge = Sentiment()
    return lambda texts: [judge.sentiment_count(text) for text in texts]


def _encoder(size: str) -> Judge:
    import torch

    layers, width, heads, inner = _SHAPES[size]
    layer = torch.nn.TransformerEncoderLayer(width, heads, inner, activation="gelu", batch_first=True)
    body = torch.nn.TransformerEncoder(layer, layers, enable_nested_tensor=False).eval()
    table = torch.nn.Embedding(VOCABULARY, width)

    def judge(texts: list[str]) -> None:
        with torch.inference_mode():
            for first in range(0, len(texts), BATCH):
                rows = [
                    [1 + ord(c) % (VOCABULARY - 1) for c in t[:LENGTH]] or [1]
                    for t in texts[first : first + BATCH]
                ]
                longest = max(map(len, rows))
                ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
                body(table(ids), src_key_padding_mask=ids == 0)

    return judge


OTHERS: dict[str, Callable[[], Judge]] = {
    "snownlp, sentiment": _snownlp,
    "cnsenti, sentiment": _cnsenti,
    **{f"{size} size, torch float32": (lambda size=size: _encoder(size)) for size in _SHAPES},  # type: ignore[misc]
}


def rate(name: str, texts: list[str]) -> float | str:
    """Texts a second, after a warm-up; or what is missing."""
    try:
        judge = OTHERS[name]()
    except ImportError as error:
        return f"skipped: {error.name or error} is not installed"
    judge(texts[:BATCH])
    began = time.perf_counter()
    judge(texts)
    return len(texts) / (time.perf_counter() - began)
