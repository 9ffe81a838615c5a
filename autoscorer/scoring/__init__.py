"""Findings become a scorecard: an Analysis and a Rubric in, points with reasons and evidence out."""

from .reasons import Lang, behavior_name, label_name
from .scorecard import Forms, conclude, make_scorecard

__all__ = ["Forms", "Lang", "behavior_name", "conclude", "label_name", "make_scorecard"]
