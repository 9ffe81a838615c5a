"""Findings become a scorecard: an Analysis and a Rubric in, points with reasons and evidence out."""

from .reasons import Lang, Reasons, behavior_name, label_name
from .scorecard import conclude, make_scorecard

__all__ = ["Lang", "Reasons", "behavior_name", "conclude", "label_name", "make_scorecard"]
