"""Rules and model decide together: what counts, what is doubtful, what is nothing."""

from dataclasses import dataclass, field

import pytest

from autoscorer.classify.folder import Weights
from autoscorer.detect import fuse
from autoscorer.rules import load_rules
from autoscorer.types import Detection, Span
from tests.contacts import contact

TALK = contact("a 您好，我帮您查", "c 好")
BOOK = load_rules()
DECISIVE = next(r for r in BOOK.rules if r.decisive and r.behavior == "greeting")
PLAIN = next(r for r in BOOK.rules if not r.decisive and r.behavior == "action")


@dataclass
class Opinion:
    """A model that says one logit of one behavior of turn 0."""

    behavior: str
    logit: float
    weights: dict = field(default_factory=lambda: dict.fromkeys(
        ("greeting", "action"), Weights(model=1.0, rule=1.0, bias=0.0, threshold=0.5, unsure=0.3)))  # fmt: skip

    def logits(self):
        yield 0, {self.behavior: self.logit}

    def clause(self, turn, behavior):
        return 3, 7


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
    found = fuse(TALK, [hit(rule)] if rule else [], BOOK, Opinion(behavior, logit))
    assert [(d.source, d.confidence) for d in found.detections] == counts
    assert [(d.source, d.confidence) for d in found.doubts] == doubtful
    assert all(d.needed == 0.5 for d in found.doubts) and not any(d.needed for d in found.detections)


def test_a_doubt_quotes_the_clause():
    (doubt,) = fuse(TALK, [], BOOK, Opinion("action", -0.5)).doubts
    assert (doubt.text, doubt.span) == ("我帮您查", Span(0, 3, 7))
