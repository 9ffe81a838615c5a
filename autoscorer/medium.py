"""Whether a transcript was typed or recognised from speech, and how that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .types import Transcript

Medium = Literal["typed", "speech"]
FIELDS = ("medium", "channel")
_SPEECH = re.compile(
    r"phone|call|voice|speech|audio|asr|ivr|tele|hotline|电话|热线|通话|语音|录音|呼叫|来电|座席", re.I
)
_TYPED = re.compile(
    r"chat|im\b|web|text|mail|message|wechat|weibo|app|online|聊天|在线|文字|微信|微博|邮件|网页|短信|私信|工单|留言",
    re.I,
)
_SUBTITLES = ("srt", "vtt")
_STOPS = re.compile(r"[,.!?;:，。！？；：、…~～]")
_FILLERS = re.compile(r"嗯+|呃+|额额|那个那个|这个这个|就是就是|喂喂?|啊+")
LONG = 12
"""Characters of a turn that one would not type without any punctuation."""
FEWEST = 5
"""Such turns that are needed to tell anything."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The medium, and what says so."""

    medium: Medium
    reason: str


def medium(transcript: Transcript) -> Guess:
    """From the metadata, else the format, else how it reads: recognizers often set no punctuation, and keep
    the 嗯 and 呃 that nobody types. In doubt it was typed.
    """
    for field in FIELDS:
        value = str(transcript.metadata.get(field) or "")
        for found, pattern in (("speech", _SPEECH), ("typed", _TYPED)):
            if pattern.search(value):
                return Guess(found, f"{field}: {value[:40]}")  # type: ignore[arg-type]
    if transcript.reading.format in _SUBTITLES:
        return Guess("speech", f"format: {transcript.reading.format}")
    return _read(transcript)


def _read(transcript: Transcript) -> Guess:
    said = [u for u in transcript.utterances if u.role != "system"]
    long = [u.text for u in said if len(u.text) >= LONG]
    bare = sum(not _STOPS.search(text) for text in long)
    filled = sum(len(_FILLERS.findall(u.text)) for u in said)
    if len(long) >= FEWEST and 5 * bare >= 4 * len(long):
        return Guess("speech", f"{bare} of {len(long)} long turns have no punctuation")
    if said and all(u.end is not None for u in said):
        return Guess("speech", "every turn has a start and an end")
    if len(said) >= FEWEST and 2 * filled >= len(said):
        return Guess("speech", f"{filled} fillers in {len(said)} turns")
    return Guess("typed", "nothing speaks for speech")
