"""What is no text or no time: NUL, halves of surrogate pairs, negative or endless seconds."""

from __future__ import annotations

import math
import re
from typing import Any

from .errors import TranscriptError
from .types import Transcript

_BAD = re.compile("[\0\ud800-\udfff]")


def check(value: Any, place: str) -> None:
    """Raise TranscriptError `bad_characters` where a text, or one inside lists and objects, holds such a
    character; the message names `place` and position."""
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, list | tuple):
        for inner in value:
            check(inner, place)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check(key, place)
            check(inner, place)


def check_metadata(metadata: Any) -> None:
    """As `check`, for the keys and values of a transcript's metadata."""
    for key, value in metadata.items():
        check(key, f"metadata {key!a}")
        check(value, f"metadata {key!a}")


def check_transcript(transcript: Transcript) -> None:
    """As `check`, for a whole transcript: one that was made in memory has met no reader."""
    try:
        check(transcript.id, "the id")
        check_metadata(transcript.metadata)
        for turn, utterance in enumerate(transcript.utterances, 1):
            check(utterance.text, f"turn {turn}")
            check(utterance.speaker, f"turn {turn}")
            for name, time in (("start", utterance.start), ("end", utterance.end)):
                if time is not None:
                    check_time(time, f"turn {turn}: {name}")
    except TranscriptError as error:
        error.id = transcript.id
        raise


def check_time(seconds: float, what: str) -> None:
    """Raise TranscriptError `bad_time` where seconds are negative, endless or no number; the message names `what`."""
    if not 0 <= seconds < math.inf:
        hint = "give seconds from 0 upwards, or leave it out"
        raise TranscriptError("bad_time", f"{what} is {seconds}", hint=hint)


def _check_text(text: str, place: str) -> None:
    if match := _BAD.search(text):
        found = f"character U+{ord(match.group()):04X} at position {match.start() + 1}"
        hint = "save the file again as UTF-8"
        raise TranscriptError("bad_characters", f"{place}: {found} is not text", hint=hint)
