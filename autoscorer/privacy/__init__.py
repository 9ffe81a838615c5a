"""Private values in transcripts: found, replaced by placeholders in all of a result; or no text at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from ..types import Failure, Result, Scorecard
from .bare import bare
from .finder import find
from .found import Found
from .result import mask

Shown = TypeVar("Shown", Scorecard, Failure, Result)


@dataclass(frozen=True, slots=True)
class Privacy:
    """What results show. mask: placeholders in place of private values. text: the words of the transcript."""

    mask: bool = False
    text: bool = True

    def veiled(self, result: Shown) -> Shown:
        """The result as it may be shown; a scorecard says so in its provenance."""
        shown = mask(result) if self.mask else result
        shown = shown if self.text else bare(shown)
        return _marked(shown, self.mask, self.text)  # type: ignore[return-value]  # each gives what it takes


def _marked(result: Result, masked: bool, text: bool) -> Result:
    if isinstance(result, Failure) or (text and not masked):
        return result
    before = result.analysis.provenance
    old = before.get("privacy") or {}
    now = {"masked": masked or old.get("masked", False), "text": text and old.get("text", True)}
    return replace(result, analysis=replace(result.analysis, provenance={**before, "privacy": now}))


__all__ = ["Found", "Privacy", "bare", "find", "mask"]
