"""Behaviors in a transcript: found by rules, weighed together with the model."""

from .fusion import fuse
from .rules import Detector

__all__ = ["Detector", "fuse"]
