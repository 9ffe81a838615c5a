"""Rule books: YAML files that say how a behavior shows, read into checked values."""

from .book import Behavior, Id, Positions, Rule, RuleBook, Switch, load_rules, rules_of, schema
from .conditions import Anchor, Condition, Scope, Wording
from .operators import TASKS, Labels, labels_of
from .problems import classifiers_of

__all__ = [
    "TASKS", "Anchor", "Behavior", "Condition", "Id", "Labels", "Positions", "Rule", "RuleBook", "Scope", "Switch",
    "Wording", "classifiers_of", "labels_of", "load_rules", "rules_of", "schema",
]  # fmt: skip
