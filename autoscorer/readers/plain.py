"""Plain text: `客服：…` lines, chat exports with a header line per message, speakers on their own line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..text import normalize
from ..types import Failure, Reading, Transcript
from . import aliases, roles
from .draft import Draft, Turn, finish
from .files import File
from .times import CLOCK, DATE, HALF, STAMP

_HEAD = 160  # characters of a line in which its speaker must be found
_LEAD = rf"[\[(【]?\s*(?P<start>{STAMP})(?:\s*(?:-->|[-~–—至])\s*(?P<end>{STAMP}))?\s*[\])】]?[\s,|\-]*"
_STOP = r":,。?!;\"“”、…\n\t"
_LABEL = rf"(?:[^\s:]{{1,20}}店:)?[^\s{_STOP}(\[【<][^{_STOP}]{{0,29}}?"
_COLON = re.compile(
    rf"\s*(?:{_LEAD})?(?P<label>{_LABEL})(?:\s*[\[(]\s*(?P<at>{STAMP})\s*[\])]|\s+(?P<on>{STAMP})(?!:\d))?\s*(?::|\t)\s*"
)
_BRACKET = re.compile(rf"\s*(?:{_LEAD})?[\[(【<「]\s*(?P<label>[^\])】>」:]{{1,20}})\s*[\])】>」]\s*:?\s*")
_NICK = rf"(?:[^\s:]{{1,20}}店:)?[^\s{_STOP}][^{_STOP}]{{0,39}}?"
_STRONG = rf"(?:{DATE}[ t]*(?:{HALF} ?)?{CLOCK}|\d{{1,2}}:\d{{2}}:\d{{2}})"
_TIME_FIRST = r"\s*[\[(【]?(?P<start>{stamp})[\])】]?\s+(?P<label>{nick})\s*"
_TIME_LAST = r"\s*(?P<label>{nick})(?:\s+|\s*(?=[\[(]))[\[(]?\s*(?P<start>{stamp})\s*[\])]?\s*:?\s*"
_DATED, _CLOCKED = (
    tuple(re.compile(form.format(stamp=stamp, nick=_NICK)) for form in (_TIME_FIRST, _TIME_LAST))
    for stamp in (_STRONG, CLOCK)
)
_DAY_LINE = re.compile(rf"\s*[-—=*·─]*\s*(?P<day>{DATE})[\s星期周一二三四五六日天]*[-—=*·─]*\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number; subtitles also know its times and perhaps the speaker."""

    text: str
    place: int
    start: Any = None
    end: Any = None
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a line that names a speaker; the text begins at `body`."""

    label: str
    body: int
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The turns of a text, and the `key：value` lines above them."""

    turns: list[Turn]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    named: bool = False


Heads = list[Head | None]


def read(file: File) -> Iterator[Transcript | Failure]:
    """The one dialogue of a text file. Raises TranscriptError `empty`, `binary` or `bad_encoding`."""
    text, encoding = file.text()
    yield finish(draft(parse(number(text)), file, Reading("txt", encoding)))


def draft(dialogue: Dialogue, file: File, reading: Reading, *, unit: str = "line") -> Draft:
    """A parsed dialogue as a draft; an id line above the turns gives the id."""
    metadata = dict(dialogue.metadata)
    key = aliases.find(metadata, "conversation")
    name = str(metadata.pop(key)) if key else file.stem
    return Draft(name, file.source, dialogue.turns, reading, metadata, unit, dialogue.named)


def number(text: str) -> list[Line]:
    """The lines of a text, counted from 1."""
    return [Line(line, place) for line, place in zip(text.split("\n"), count(1))]


def parse(lines: Sequence[Line]) -> Dialogue:
    """The dialogue in `lines`, empty when no line names a speaker.

    The style is chosen for the whole text: header lines with a time, `label：text`, or labels on their
    own lines. A line that names no speaker in that style belongs to the turn before.
    """
    if any(line.voice for line in lines):
        voiced = [Head(line.voice, 0) if line.voice else None for line in lines]
        return _build(lines, voiced, named=True)
    colons = _trusted([_colon(line.text) for line in lines])
    for style, named in ((_dated_header, True), (_clocked_header, False)):
        headers = _without_appointments([style(line.text) for line in lines])
        if 0 < _size(headers) >= _size(colons):
            return _build(lines, headers, named=named)
    if any(colons):
        return _build(lines, colons, named=any(head and _is_dated(head) for head in colons))
    return _build(lines, [_alone(line.text) for line in lines])


def _is_dated(head: Head) -> bool:
    """Chat exports give the date of each message, and nicknames for labels."""
    return bool(re.match(DATE, head.start or ""))


def _without_appointments(heads: Heads) -> Heads:
    """`取件时间 2024-05-02 10:00:00` is a message; a nickname of such words would most often come back."""
    seen = Counter(head.label for head in heads if head)
    drop = {label for label, times in seen.items() if times == 1 and roles.kind(label) in ("field", "phrase")}
    drop = drop if len(seen) - len(drop) > 1 else set()
    return [None if head and head.label in drop else head for head in heads]


def _size(heads: Heads) -> int:
    return sum(head is not None for head in heads)


def _colon(line: str) -> Head | None:
    """`[00:12] 客服：…`, `客服(10:00:03)：…`, `【客服】…`."""
    plain = normalize(line[:_HEAD])
    match = _COLON.match(plain)
    head = _head(line, match) if match else None
    if head and roles.kind(head.label) in ("role", "neutral") and not head.label.isdigit():
        return head
    if head and _in_a_time(plain, head.body):
        head = None
    match = _BRACKET.match(plain)
    bracket = _head(line, match) if match else None
    return bracket if bracket and roles.kind(bracket.label) in ("role", "neutral") else head


def _in_a_time(plain: str, body: int) -> bool:
    """Whether the colon before `body` stands between digits, as in 预约 10:30."""
    return body >= 2 and plain[body - 1] == ":" and (plain[body - 2] + plain[body : body + 1]).isdigit()


def _head(line: str, match: re.Match[str]) -> Head:
    found = match.groupdict()
    start = found.get("start") or found.get("at") or found.get("on")
    return Head(line[slice(*match.span("label"))].strip("* \t"), match.end(), start, found.get("end"))


def _dated_header(line: str) -> Head | None:
    """`2024-05-01 10:00:03 小美`, `小美 10:00:03`, `小美(2024/5/1 10:00)`."""
    return _header(line, _DATED)


def _clocked_header(line: str) -> Head | None:
    """`说话人1 00:12`: minutes and seconds count only beside what may be a speaker."""
    head = _header(line, _CLOCKED)
    return head if head and roles.kind(head.label) in ("role", "neutral", "person") else None


def _header(line: str, forms: Iterable[re.Pattern[str]]) -> Head | None:
    if len(line) > _HEAD or ":" not in (plain := normalize(line)):
        return None
    match = next((found for form in forms if (found := form.fullmatch(plain))), None)
    return _head(line, match) if match else None


def _alone(line: str) -> Head | None:
    """`客服` on its own line."""
    label = line.strip()
    if not 0 < len(label) <= 20 or label.isdigit() or roles.kind(label) not in ("role", "neutral"):
        return None
    return Head(label, len(line))


def _trusted(heads: Heads) -> Heads:
    """Only the heads whose label is a speaker in this text: not 时间：, 地址：, 这样吧：."""
    seen = Counter(head.label for head in heads if head)
    kinds = {label: roles.kind(label) for label in seen}
    known = {label for label in seen if kinds[label] == "role"}
    if _all_stamped(heads, known):
        return [head if head and head.start and kinds[head.label] != "field" else None for head in heads]
    speakers = known | _voices(kinds, known) | _unknown(seen, kinds)
    return [head if head and head.label in speakers else None for head in heads]


def _all_stamped(heads: Heads, known: set[str]) -> bool:
    """Whether speaker lines have times here, so that `label：` without a time is part of a message."""
    if known:
        return all(head.start for head in heads if head and head.label in known)
    return sum(bool(head and head.start) for head in heads) > 1


def _voices(kinds: Mapping[str, str], known: set[str]) -> set[str]:
    """说话人1 and the like; beside roles, `1：` is the first point of a list."""
    return {label for label, kind in kinds.items() if kind == "neutral" and not (known and label.isdigit())}


def _unknown(seen: Counter[str], kinds: Mapping[str, str]) -> set[str]:
    """The labels that name no role and may be people all the same.

    Beside both roles only those that come back, or look like a full name; beside one role all.
    """
    sides = {roles.resolve(label) for label in seen} & {"agent", "customer"}
    people = {label for label in seen if kinds[label] in ("person", "nick")}
    often = {label for label in people if seen[label] > 1}
    if len(sides) == 2:
        return often | {label for label in people if roles.has_surname(label)}
    if sides:
        return people
    if "neutral" in kinds.values():
        return set()
    return often if len(often) > 1 else often | {label for label in people if kinds[label] == "person"}


def _build(lines: Sequence[Line], heads: Heads, *, named: bool = False) -> Dialogue:
    first = next((index for index, head in enumerate(heads) if head), len(lines))
    metadata = _above(lines[:first])
    turns: list[Turn] = []
    parts: list[Line] = []
    head: Head | None = None
    for line, found in zip(lines[first:], heads[first:], strict=True):
        if found and head:
            turns.append(_turn(head, parts))
        if found:
            head, parts = found, []
        if not _is_day_line(line.text):
            parts.append(line)
    return Dialogue([*turns, _turn(head, parts)] if head else [], metadata, named)


def _turn(head: Head, parts: Sequence[Line]) -> Turn:
    text = "\n".join([parts[0].text[head.body :], *(part.text for part in parts[1:])])
    start = head.start if head.start is not None else parts[0].start
    end = head.end if head.end is not None else parts[-1].end
    return Turn(head.label, text, start, end, parts[0].place)


def _is_day_line(line: str) -> bool:
    """`———— 2024-05-01 ————` between the messages of a chat; a bare date may be what someone said."""
    return len(line) <= _HEAD and line.strip()[:1] in tuple("-—=*·─") and bool(_DAY_LINE.fullmatch(line))


def _above(lines: Sequence[Line]) -> dict[str, Any]:
    """The `key：value` lines above the dialogue, and its date."""
    found: dict[str, Any] = {}
    for line in lines:
        day = _DAY_LINE.fullmatch(line.text[:_HEAD])
        head = _colon(line.text)
        if day:
            found.setdefault("date", day["day"])
        elif head and (value := line.text[head.body :].strip()) and len(value) <= 200:
            found.setdefault(head.label, value)
    return found
