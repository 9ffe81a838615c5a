"""Readers: what a customer-service system exports becomes transcripts."""

from .expected import expected, passed_over
from .walk import READERS, read, read_many

SUFFIXES = tuple(READERS)

__all__ = ["SUFFIXES", "expected", "passed_over", "read", "read_many"]
