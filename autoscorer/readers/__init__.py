"""Readers: what a customer-service system exports becomes transcripts."""

from .files import File
from .walk import READERS, count, inputs, read, read_input, read_many

SUFFIXES = tuple(READERS)

__all__ = ["SUFFIXES", "File", "count", "inputs", "read", "read_input", "read_many"]
