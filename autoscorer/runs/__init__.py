"""Runs that can be interrupted: kept in parts on disk, and gone on with after a crash or a change."""

from .run import FOLDER, Counts, Run

__all__ = ["FOLDER", "Counts", "Run"]
