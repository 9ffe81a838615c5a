"""Subtitles of calls: srt and vtt, with times; the speaker as `客服：` or `<v 客服>`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ..errors import TranscriptError
from ..types import Failure, Reading, Transcript
from . import plain
from .draft import finish
from .files import File
from .plain import Line

_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>\n]{1,60})>")
_MARK = "\u0091"  # a control character that no text holds, between a voice's name and its words
_STYLE = re.compile(r"\{\\[^}\n]{0,200}\}")


def read(file: File) -> Iterator[Transcript | Failure]:
    """The one dialogue of a subtitle file. Raises TranscriptError `no_dialogue` when there are no cues."""
    text, encoding = file.text()
    form = file.suffix.removeprefix(".")
    lines = list(_lines(text, form))
    if not lines:
        raise TranscriptError("no_dialogue", "no subtitle with times found", hint=f"is it really .{form}?")
    reading = Reading(form, encoding)
    yield finish(plain.draft(plain.parse(lines), file, reading, unit="cue"))


def _lines(text: str, form: str) -> Iterator[Line]:
    from pysubs2 import SSAFile

    marked = _VOICE.sub(rf"\1{_MARK}", text).replace("</v>", "")
    cues = SSAFile.from_string(marked, format_=form)
    for place, cue in enumerate(cues, 1):
        said = _STYLE.sub("", cue.text).replace("\\N", "\n").replace("\\h", " ")
        for line in (html.unescape(said) if form == "vtt" else said).split("\n"):
            voice, mark, words = line.partition(_MARK)
            spoken = words if mark else line
            yield Line(spoken, place, cue.start / 1000, cue.end / 1000, voice.strip() if mark else None)
