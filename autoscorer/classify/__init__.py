"""The classifiers: a shared encoder, and a light head for each task, run by onnxruntime."""

from .encoder import Encoder
from .model import Classifier, Classifiers, Opinion

__all__ = ["Classifier", "Classifiers", "Encoder", "Opinion"]
