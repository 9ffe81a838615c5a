"""Behaviors in a transcript: found by rules, weighed together with the model."""

from .fusion import Fusion
from .rules import Detector, Findings

__all__ = ["Detector", "Findings", "Fusion"]
