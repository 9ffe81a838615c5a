"""The classifiers: a shared encoder, and a light head for each task, run by onnxruntime.

A head's graph has the inputs `rows` float32 [n, width], `grams` int32 [n, any] filled with 0, `scale` float32
[n, 1], and the output `logits` [n, labels]; that of a rating has only `rows`.
"""

from .encoder import Encoder
from .model import Classifier, Classifiers, Opinion

__all__ = ["Classifier", "Classifiers", "Encoder", "Opinion"]
