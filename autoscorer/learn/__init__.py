"""Models from a user's own labels: read, check, fit, compare, keep; and figures of results against gold labels."""

from .card import write_folder
from .run import Data, Models, Trained, read_data, train

__all__ = ["Data", "Models", "Trained", "read_data", "train", "write_folder"]
