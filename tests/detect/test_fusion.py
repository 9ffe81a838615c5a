"""Rules and model decide together: what counts, what is doubtful, what is nothing."""

import math
from dataclasses import dataclass

import pytest

from autoscorer.classify.folder import Weights
from autoscorer.detect import Fusion
from autoscorer.rules import load_rules
from autoscorer.types import Detection, Span
from tests.contacts import contact

TALK = contact("a 您好，我帮您查", "c 好")
BOOK = load_rules()
DECISIVE = next(r for r in BOOK.rules if r.decisive and r.behavior == "greeting")
PLAIN = next(r for r in BOOK.rules if not r.decisive and r.behavior == "action")
WEIGHTS = Weights(model=1.0, rule=1.0, bias=0.0, threshold=0.5, unsure=0.3)
FUSION = Fusion(BOOK, dict.fromkeys(("greeting", "action"), WEIGHTS))


@dataclass
class Opinion:
    """A model that says one logit of one behavior of turn 0."""

    behavior: str
    logit: float

    def logits(self, least, asked):
        if self.behavior not in least:
            return []
        known = self.logit >= least[self.behavior] or (0, self.behavior) in asked
        return [(0, self.behavior, self.logit)] if known else []

    def clauses(self, places):
        return [(3, 7) for _ in places]


def hit(rule):
    return Detection(rule.behavior, Span(0, 0, 2), "您好", f"rule:{rule.id}", 0.8)


CASES = [
    # behavior, a rule's hit, the model's logit: source and confidence of what counts, of what is doubtful
    ("action", None, 2.0, [("model:behaviors", 0.8808)], []),
    ("action", None, -0.5, [], [("model:behaviors", 0.3775)]),
    ("action", None, -2.0, [], []),
    ("action", PLAIN, 0.5, [(f"both:{PLAIN.id}", 0.8176)], []),
    ("action", PLAIN, -1.5, [], [(f"rule:{PLAIN.id}", 0.3775)]),  # the rule alone is not enough
    ("action", PLAIN, -4.0, [], []),
    ("greeting", DECISIVE, -1.5, [(f"rule:{DECISIVE.id}", 0.8)], []),  # a decisive rule stands
]


@pytest.mark.parametrize(("behavior", "rule", "logit", "counts", "doubtful"), CASES)
def test_what_counts(behavior, rule, logit, counts, doubtful):
    found = FUSION.fuse(TALK, [hit(rule)] if rule else [], Opinion(behavior, logit))
    assert [(d.source, d.confidence) for d in found.detections] == counts
    assert [(d.source, d.confidence) for d in found.doubts] == doubtful
    assert all(d.needed == 0.5 for d in found.doubts) and not any(d.needed for d in found.detections)


def test_a_doubt_quotes_the_clause():
    (doubt,) = FUSION.fuse(TALK, [], Opinion("action", -0.5)).doubts
    assert (doubt.text, doubt.span) == ("我帮您查", Span(0, 3, 7))


@pytest.mark.parametrize("threshold", [1e-15, 1e-9, 0.2, 0.5, 0.98, 1 - 1e-9, 1.0])
@pytest.mark.parametrize(("model", "bias"), [(0.9, -1.0), (0.001, 3.0), (25.0, 0.0), (0.0, 0.0), (-1.0, 0.5)])
def test_below_the_least_logit_nothing_is_found(threshold, model, bias):
    weights = Weights(model, 2.0, bias, threshold, unsure=threshold * 0.6)
    if math.isfinite(weights.least):
        assert weights.probability(weights.least, False) < weights.unsure
        assert weights.probability(weights.least + 1e-4 * (1 + abs(weights.least)), False) >= weights.unsure
    else:
        assert model <= 0 or threshold < 1e-12
