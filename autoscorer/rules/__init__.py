"""Rule books: YAML files that say how a behavior shows, read into checked values."""

from .book import Behavior, Id, Positions, Rule, RuleBook, Switch, load_rules, schema
from .conditions import Anchor, Condition, Scope, Wording
from .operators import TASK_LABELS
from .problems import classifiers_of

__all__ = [
    "TASK_LABELS", "Anchor", "Behavior", "Condition", "Id", "Positions", "Rule", "RuleBook", "Scope", "Switch",
    "Wording", "classifiers_of", "load_rules", "schema",
]  # fmt: skip
