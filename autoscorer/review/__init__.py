"""People look at what the machine scored: lists to review, a log of what they said, final scores."""

from .catalog import Catalog, Findings
from .final import final
from .labels import dialogue
from .read import contacts, judgements
from .sample import STRATEGIES, choose, traits
from .sheet import write as write_sheet
from .values import Judgement, Place, Problem, TurnLabels

__all__ = [
    "STRATEGIES", "Catalog", "Findings", "Judgement", "Place", "Problem", "TurnLabels", "choose", "contacts",
    "dialogue", "final", "judgements", "traits", "write_sheet",
]  # fmt: skip
