"""For people who write rules: what a text fires and why, cases that are run like tests, figures, differences."""

from .attempt import Attempt, attempt
from .cases import Case, Missed, load_cases, run_cases
from .difference import Changed, difference
from .lint import Warning_, lint
from .statistics import RuleFigures, statistics

__all__ = [
    "Attempt", "Case", "Changed", "Missed", "RuleFigures", "Warning_", "attempt", "difference", "lint",
    "load_cases", "run_cases", "statistics",
]  # fmt: skip
