"""Which findings change from one rule book to another, on the same transcripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..detect import Detector
from ..pipeline import encoder_of
from ..rules import RuleBook
from ..segment import Segmenter
from ..types import Detection, Transcript


@dataclass(frozen=True, slots=True)
class Changed:
    """A behavior of a turn that only one of two books finds. `gained`: the new one."""

    contact: str
    turn: int
    text: str
    found: Detection
    gained: bool


def difference(old: RuleBook, new: RuleBook, transcripts: Iterable[Transcript]) -> Iterator[Changed]:
    """All changes, contact by contact, in the order of the turns."""
    before, after = (Detector(book, Segmenter(), encoder_of(book)) for book in (old, new))
    for transcript in transcripts:
        pair = [{(d.span.turn, d.behavior): d for d in each.detect(transcript)} for each in (before, after)]
        for turn, behavior in sorted(pair[0].keys() ^ pair[1].keys()):
            gained = (turn, behavior) in pair[1]
            text = transcript.utterances[turn].text
            yield Changed(transcript.id, turn, text, pair[gained][turn, behavior], gained)
