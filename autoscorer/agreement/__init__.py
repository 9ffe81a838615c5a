"""How far scorecards match people's scores, and rubrics that match them better."""

from .compare import Agreement, compare, record
from .measures import Estimate, Sampling
from .people import Bands

__all__ = ["Agreement", "Bands", "Estimate", "Sampling", "compare", "record"]
