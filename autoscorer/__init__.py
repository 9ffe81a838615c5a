"""Autoscorer: scores Chinese customer-service transcripts offline, with the evidence for each point.

>>> import autoscorer as asr
>>> scorer = asr.Scorer(use_models=False)
>>> scorer.rubric.label
'default@1'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import AutoscorerError, ConfigError, MissingExtra, TranscriptError, UsageError
    from .execute import score_many
    from .pipeline import Scorer, ScorerSpec
    from .readers import read, read_many
    from .report import write_report
    from .results import load_results
    from .rubric import Rubric, load_rubric
    from .rules import RuleBook, load_rules
    from .segment import Segmenter
    from .types import (
        Analysis,
        CriterionScore,
        Detection,
        Evidence,
        Failure,
        Prediction,
        Reading,
        Result,
        Scorecard,
        Span,
        Transcript,
        Utterance,
    )
    from .writers import write

_HOMES = {
    "errors": "AutoscorerError ConfigError MissingExtra TranscriptError UsageError",
    "execute": "score_many",
    "pipeline": "Scorer ScorerSpec",
    "readers": "read read_many",
    "report": "write_report",
    "results": "load_results",
    "rubric": "Rubric load_rubric",
    "rules": "RuleBook load_rules",
    "segment": "Segmenter",
    "types": "Analysis CriterionScore Detection Evidence Failure Prediction Reading Result Scorecard Span "
    "Transcript Utterance",
    "writers": "write",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [  # noqa: RUF022 - in the order of _HOMES
    "AutoscorerError", "ConfigError", "MissingExtra", "TranscriptError", "UsageError", "score_many", "Scorer",
    "ScorerSpec", "read", "read_many", "write_report", "load_results", "Rubric", "load_rubric", "RuleBook", "load_rules",
    "Segmenter", "Analysis", "CriterionScore", "Detection", "Evidence", "Failure", "Prediction", "Reading",
    "Result", "Scorecard", "Span", "Transcript", "Utterance", "write",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that the command line starts at once."""
    if name not in _HOME:
        raise AttributeError(f"module 'autoscorer' has no attribute '{name}'")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
