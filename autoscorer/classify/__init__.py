"""The classifiers: sentiment, empathy and behaviors by turn, from small linear models run by onnxruntime."""

from .model import Classifier, Classifiers, Opinion

__all__ = ["Classifier", "Classifiers", "Opinion"]
