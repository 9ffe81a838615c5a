"""JSON and JSON lines: dialogues with a list of turns, under many names."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from ..errors import TranscriptError
from ..own_files import is_results
from ..types import Failure, Reading, Transcript
from . import aliases, files, plain
from .draft import DIALOGUE_HINT, Draft, Turn, finish
from .files import File

_UNDECODED = re.compile("[\udc80-\udcff]")
_LATIN_JOINT = re.compile(r"[A-Za-z0-9]\n[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Keys:
    """Under which keys a turn holds what."""

    role: str | None
    name: str | None
    text: str | None
    start: str | None
    end: str | None
    start_ms: str | None
    end_ms: str | None


def read(file: File) -> Iterator[Transcript | Failure]:
    """The dialogues of a `.json` file: one, a list, a bare list of turns, or JSON lines after all."""
    text, encoding = file.text()
    try:
        value = _loads(text)
    except TranscriptError:
        rows = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(rows) < 2 or not all(line.lstrip().startswith("{") for _, line in rows[:2]):
            raise
        yield from (_line(file, number, line, Reading("jsonl", encoding)) for number, line in rows)
        return
    yield from _whole(file, value, Reading("json", encoding))


def read_lines(file: File) -> Iterator[Transcript | Failure]:
    """The dialogues of a JSON-lines file, one at a time; a bad line is one Failure."""
    with file.open() as stream:
        rows = files.lines(stream)
        first = next(rows, None)
        if first is None:
            raise files.empty()
        if is_results(io.BytesIO((first[1] or "").encode("utf-8", "replace"))):  # on standard input
            raise files.own_results()
        if first[1] in ("{", "["):  # not lines, but one indented document
            yield from _whole(file, _loads(_rejoin(chain([first], rows))), Reading("json", first[2]))
            return
        for number, line, encoding in chain([first], rows):
            yield _line(file, number, line, Reading("jsonl", encoding))


def values(file: File) -> Iterator[tuple[int, Any]]:
    """Each JSON value of a file with its line (in a list, its place); one that is bad is a TranscriptError."""
    if file.suffix == ".json":
        text = file.text()[0]
        try:
            whole = _loads(text)
        except TranscriptError:
            if not text.lstrip().startswith("{") or len(text.strip().split("\n")) < 2:
                raise
        else:
            yield from enumerate(_listed(whole), 1)
            return
    with file.open() as stream:
        for number, line, encoding in files.lines(stream):
            try:
                yield number, _loads(_checked(line, number, Reading("jsonl", encoding)), number)
            except TranscriptError as error:
                yield number, error


def _listed(whole: Any) -> list[Any]:
    """The items of a list, or of the list under a key such as `dialogues`."""
    if isinstance(whole, dict) and _turns_key(whole) is None:
        key = aliases.find((key for key, inner in whole.items() if isinstance(inner, list)), "dialogues")
        whole = whole[key] if key else whole
    return whole if isinstance(whole, list) else [whole]


def holds_turns(value: Any) -> bool:
    """Whether the value is a dialogue: a list of turns, or an object with one."""
    return (
        _is_turns(value) if isinstance(value, list) else isinstance(value, dict) and bool(_turns_key(value))
    )


def _rejoin(rows: Iterator[tuple[int, str | None, str]]) -> str:
    kept, size = [], 0
    for _, line, _ in rows:
        kept.append(line or "")
        size += len(kept[-1])
        if size > files.MAX_BYTES:
            message = f"more than {files.MAX_BYTES >> 20} MB in one JSON document"
            raise TranscriptError("too_large", message, hint="write JSON lines, one dialogue a line")
    return "\n".join(kept)


def _line(file: File, number: int, line: str | None, reading: Reading) -> Transcript | Failure:
    source = f"{file.source}:{number}"
    try:
        value = _loads(_checked(line, number, reading), number)
    except TranscriptError as error:
        return error.failure(source)
    return finish_value(value, f"{file.stem}#{number}", source, reading)


def finish_value(value: Any, name: str, source: str, reading: Reading) -> Transcript | Failure:
    """The dialogue that a JSON value holds; `name` is its id where it states none."""
    try:
        return finish(draft(value, name, source, reading)[0])
    except TranscriptError as error:
        return error.failure(source)
    except RecursionError:
        return _too_deep().failure(source)


def _checked(line: str | None, number: int, reading: Reading) -> str:
    if line is None:
        message = f"line {number} is longer than {files.MAX_LINE >> 20} MB"
        raise TranscriptError("line_too_long", message, hint="JSON lines hold one dialogue a line")
    if match := _UNDECODED.search(line):
        message = f"line {number}, character {match.start() + 1}: not valid {reading.encoding}"
        raise TranscriptError("bad_encoding", message, hint="save the file as UTF-8")
    return line


def _loads(text: str, line: int | None = None) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {line or error.lineno}, column {error.colno}"
        raise TranscriptError("bad_json", f"{place}: {error.msg}", hint="the JSON may be cut off") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # a number of thousands of digits
        hint = "write long numbers in quotes"
        raise TranscriptError("bad_json", str(error).split(";")[0], hint=hint) from None


def _too_deep() -> TranscriptError:
    return TranscriptError("bad_json", "the JSON is nested too deeply", hint="leave out what is deep")


def _whole(file: File, value: Any, reading: Reading) -> Iterator[Transcript | Failure]:
    found = _dialogues(value)
    for index, dialogue in enumerate(found, 1):
        mark = f"#{index}" if len(found) > 1 else ""
        yield finish_value(dialogue, file.stem + mark, file.source + mark, reading)


def _dialogues(value: Any) -> Sequence[Any]:
    """The dialogues in a document: itself, the items of a list, or the list under a key such as `data`."""
    if isinstance(value, list):
        return [value] if _is_turns(value) else value or [value]
    if isinstance(value, dict) and _turns_key(value) is None:
        key = aliases.find((key for key in value if isinstance(value[key], list | dict)), "dialogues")
        return _dialogues(value[key]) if key else [value]
    return [value]


def _is_turns(items: Sequence[Any]) -> bool:
    first = items[0] if items else None
    if isinstance(first, dict):
        return _turns_key(first) is None and _keys(tuple(first)).text is not None
    return isinstance(first, str)


def _turns_key(value: Mapping[str, Any]) -> str | None:
    """The key of the turns: a list, or a text with a whole dialogue."""
    lists = (key for key, inner in value.items() if isinstance(inner, list) and not _are_dialogues(inner))
    texts = (key for key, inner in value.items() if isinstance(inner, str) and "\n" in inner)
    return aliases.find(lists, "turns") or next(
        (key for key in texts if aliases.is_field(key, "dialogue") or aliases.is_field(key, "turns")), None
    )


def _are_dialogues(items: Sequence[Any]) -> bool:
    return bool(items) and isinstance(items[0], dict) and _turns_key(items[0]) is not None


def draft(value: Any, name: str, source: str, reading: Reading) -> tuple[Draft, Any]:
    """The draft of one dialogue, and its turns as they stand in the file.

    Raises TranscriptError `no_dialogue` when the value is none."""
    if isinstance(value, list):
        value = {"turns": value}
    key = _turns_key(value) if isinstance(value, dict) else None
    if key is None:
        keys = (
            f"keys: {', '.join(list(value)[:8])}" if isinstance(value, dict) else f"a {type(value).__name__}"
        )
        raise TranscriptError("no_dialogue", f"no list of turns found ({keys})"[:300], hint=DIALOGUE_HINT)
    id_key = _id_key(value, key)
    name = str(value[id_key]).strip() if id_key else name
    metadata = {other: inner for other, inner in value.items() if other not in (key, id_key)}
    return _with_turns(Draft(name, source, (), reading, metadata, "turn"), value[key]), value[key]


def _id_key(value: Mapping[str, Any], turns: str) -> str | None:
    names = [key for key, inner in value.items() if key != turns and _is_id(inner)]
    return aliases.find(names, "weak_conversation") or aliases.find(names, "conversation")


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(str(value).strip())


def _with_turns(draft: Draft, found: Any) -> Draft:
    if isinstance(found, str) or (found and all(isinstance(turn, str) for turn in found)):
        text = found if isinstance(found, str) else "\n".join(found)
        dialogue = plain.parse(plain.number(text))
        return _copy(draft, dialogue.turns, {**dialogue.metadata, **draft.metadata}, dialogue.named)
    turns = [_turn(turn, place) for place, turn in enumerate(found, 1)]
    stated = any(_has_role(turn) for turn in found)
    return replace(_copy(draft, turns, draft.metadata, not stated), stated=stated)


def _copy(draft: Draft, turns: Sequence[Turn], metadata: Mapping[str, Any], named: bool) -> Draft:
    return Draft(draft.id, draft.source, turns, draft.reading, metadata, draft.unit, named)


def _has_role(turn: Any) -> bool:
    return isinstance(turn, dict) and _keys(tuple(turn)).role is not None


@lru_cache(maxsize=1024)
def _keys(names: tuple[str, ...]) -> Keys:
    name = aliases.find(names, "name") or aliases.find(names, "channel")
    fields = ("start", "end", "start_ms", "end_ms")
    return Keys(
        aliases.find(names, "role"),
        name,
        aliases.find(names, "text"),
        *(aliases.find(names, f) for f in fields),
    )


def _turn(value: Any, place: int) -> Turn:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value):
        return Turn(value[0], value[1], place=place)
    keys = _keys(tuple(value)) if isinstance(value, dict) else None
    if keys is None or keys.text is None:
        shown = f"keys {', '.join(list(value)[:8])}" if isinstance(value, dict) else type(value).__name__
        raise TranscriptError(
            "no_dialogue", f"turn {place} holds no text ({shown})"[:300], hint=DIALOGUE_HINT
        )
    role, name = _label(value, keys.role), _label(value, keys.name)
    seconds = keys.start or keys.end
    start, end = (keys.start, keys.end) if seconds else (keys.start_ms, keys.end_ms)
    text, scale = _text(value[keys.text]), 1.0 if seconds else 0.001
    return Turn(role or name, text, _get(value, start), _get(value, end), place, name or role, scale)


def _label(turn: Mapping[str, Any], key: str | None) -> str | None:
    value = turn[key] if key else None
    return str(value).strip() or None if isinstance(value, str | int) else None


def _get(turn: Mapping[str, Any], key: str | None) -> Any:
    return turn[key] if key else None


def _text(value: Any) -> str:
    """The text of a turn; a list of words is joined, with blanks only between Latin ones."""
    if isinstance(value, list):
        words = [_text(word) for word in value]
        joined = "\n".join(word for word in words if word)
        return _LATIN_JOINT.sub(lambda match: match.group().replace("\n", " "), joined).replace("\n", "")
    if isinstance(value, dict):
        key = aliases.find(value, "text") or next((key for key in ("word", "w") if key in value), None)
        return _text(value[key]) if key else ""
    return "" if value is None else str(value)
