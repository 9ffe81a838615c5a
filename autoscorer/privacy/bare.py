"""A result without the words of the transcript: what was decided, and where, but not what was said."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ..scoring.requote import requote
from ..types import CriterionScore, Evidence, Failure, Result, Transcript
from .result import quoted

LONGEST = 32
_SENTENCE = re.compile(r"[，。！？；,!?;\n“”\"]|[：:](?![0-9]{2}(?![0-9]))")
_PLACE = re.compile(r"(?:line|row|turn|paragraph|cue) [0-9]+(?:, (?:column|character) [0-9]+)?")
LEFT_OUT = "left out by --no-text"


def bare(result: Result) -> Result:
    """The result without any text of the transcript.

    Utterances, quotes and detections keep their places and lose their words; names of speakers go. Of the
    metadata only short values stay: numbers, dates, ids, categories. A failure keeps its code and place.
    Scores do not change, and `rescore` works on it.
    """
    if isinstance(result, Failure):
        place = _PLACE.match(result.message)
        return replace(result, message=f"{place[0]}: {LEFT_OUT}" if place else LEFT_OUT)
    analysis = result.analysis
    detections = tuple(replace(d, text="") for d in analysis.detections)
    doubts = tuple(replace(d, text="") for d in analysis.doubts)
    transcript = _transcript(analysis.transcript)
    shown = replace(analysis, transcript=transcript, detections=detections, doubts=doubts)
    quotes = quoted(result)
    return replace(result, analysis=shown, criteria=tuple(_criterion(c, quotes) for c in result.criteria))


def _transcript(transcript: Transcript) -> Transcript:
    utterances = tuple(replace(u, text="", speaker=None) for u in transcript.utterances)
    reading = replace(transcript.reading, reason=None)
    return replace(transcript, utterances=utterances, metadata=_kept(transcript.metadata), reading=reading)


def _criterion(score: CriterionScore, quotes: Mapping[int, Collection[str]]) -> CriterionScore:
    evidence = tuple(Evidence(e.span, "") for e in score.evidence)
    nearest = tuple(replace(n, text="") for n in score.nearest)
    reason = requote(score.reason, quotes, lambda turn, quote: None)
    return replace(score, evidence=evidence, nearest=nearest, reason=reason)


def _kept(value: Any) -> Any:
    """Metadata without free text; what is left out is an empty text."""
    if isinstance(value, Mapping):
        return {key: _kept(inner) for key, inner in value.items() if _is_short(str(key))}
    if isinstance(value, list | tuple):
        return [_kept(inner) for inner in value]
    return value if not isinstance(value, str) or _is_short(value) else ""


def _is_short(text: str) -> bool:
    return len(text) <= LONGEST and not _SENTENCE.search(text)
