"""Readers: what a customer-service system exports becomes transcripts."""

from .expected import expected
from .walk import READERS, read, read_many

SUFFIXES = tuple(READERS)

__all__ = ["SUFFIXES", "expected", "read", "read_many"]
