"""Rubrics: YAML files that say what each finding is worth, read into checked values."""

from .conditions import Condition
from .form import Criterion, Grade, Partial, Rubric, Section, Variant
from .loading import load_rubric
from .schema import schema

__all__ = [
    "Condition",
    "Criterion",
    "Grade",
    "Partial",
    "Rubric",
    "Section",
    "Variant",
    "load_rubric",
    "schema",
]
