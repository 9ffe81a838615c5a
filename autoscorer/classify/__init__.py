"""The classifiers: a shared encoder, and a light head for each task, run by onnxruntime.

A head's graph has the inputs `rows` float32 [n, width], `grams` int32 [m], `owns` uint8 [n, m], `scale` float32
[n, 1] (see `features.joined`), and the output `logits` [n, labels]. The n-grams may be left out; a rating never has
them. A head with n-grams may have the output `words` [n, labels] too: what they add up to, whatever the rows say.
"""

from .encoder import Encoder
from .model import Classifier, Classifiers, Opinion

__all__ = ["Classifier", "Classifiers", "Encoder", "Opinion"]
