"""Files of labelled data, read into dialogues whose turns keep what stood beside their text."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..errors import LabelError, TranscriptError
from ..readers import aliases, files, json_files, plain, roles, sheets
from ..readers.draft import Draft, Turn, clean, finish
from ..readers.files import File
from ..types import Failure, Reading, Role, Utterance
from . import exports

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".xlsx")
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Marked:
    """A dialogue with what people wrote beside each turn.

    marks: keys and values beside the text of each turn, empty where there are none. places: file and line of
    each turn. head: what stands beside the turns, such as ratings. place: file and line of the dialogue.
    """

    id: str
    utterances: tuple[Utterance, ...]
    marks: tuple[Fields, ...]
    places: tuple[str, ...]
    head: Fields
    place: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """All dialogues of some files; `left_out` says, with file and line, what could not be read."""

    dialogues: tuple[Marked, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    """A labelled text by itself, or a turn of a dialogue that a table spreads over its rows."""

    place: str
    fields: Fields


def read_labelled(paths: Iterable[str | Path]) -> Labelled:
    """Read JSON lines, JSON, csv, tsv and xlsx (all but xlsx also as .gz), in order.

    Raises LabelError, with the file and line, where a file cannot be read, is empty, has no text, or holds
    results of the machine instead of labels. Single lines that are bad are left out and told.
    """
    dialogues, left_out = list[Marked](), list[str]()
    for path in paths:
        for found in _read(Path(path)):
            if isinstance(found, Marked):
                dialogues.append(found)
            else:
                left_out.append(found)
    if not dialogues:
        raise LabelError("; ".join(left_out[:3]) or "no file of labelled data was given")
    return Labelled(tuple(dialogues), tuple(left_out))


def _read(path: Path) -> Iterator[Marked | str]:
    file = File(path, files.as_text(path.as_posix()))
    if not path.is_file():
        raise LabelError(f"{file.source}: there is no such file")
    if file.suffix not in SUFFIXES or (file.suffix == ".xlsx" and file.gzipped):
        raise LabelError(f"{file.source}: cannot read this kind of file; allowed: {', '.join(SUFFIXES)}")
    try:
        found = list(_table(file) if file.suffix in (".csv", ".tsv", ".xlsx") else _json(file))
    except TranscriptError as error:
        hint = f" ({error.hint})" if error.hint else ""
        raise LabelError(f"{file.source}: {error.message}{hint}") from None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise LabelError(f"{file.source}: cannot be read: {error}") from None
    if not found:
        raise LabelError(f"{file.source}: the file is empty")
    yield from found


def _table(file: File) -> Iterator[Marked | str]:
    for rows in sheets.tables(file):
        filled = [row for row in rows if any(str(cell or "").strip() for cell in row.cells)]
        if len(filled) < 2:
            continue
        names = [sheets.string(cell) for cell in filled[0].cells]
        records = []
        for row in filled[1:]:
            cells = {n: sheets.string(c) for n, c in zip(names, row.cells, strict=False) if n}
            records.append(_Record(f"{file.source}:{row.number}", cells))
        yield from _dialogues(records, file)


def _json(file: File) -> Iterator[Marked | str]:
    """Whole dialogues as they come; single texts are gathered, since one id may hold several."""
    records, reading = list[_Record](), Reading("json")
    for number, value in json_files.values(file):
        place = f"{file.source}:{number}"
        if isinstance(value, TranscriptError):
            yield f"{place}: {value.message}"
            continue
        for one in exports.unwrapped(value, place):
            if json_files.holds_turns(one):
                yield _dialogue(one, place, file, reading)
            elif isinstance(one, dict):
                records.append(_Record(place, one))
            else:
                yield f"{place}: must be an object with text and label, is a {type(one).__name__}"
    if records:
        yield from _dialogues(records, file)


def _dialogue(value: Any, place: str, file: File, reading: Reading) -> Marked | str:
    name = f"{file.stem}:{place.rpartition(':')[2]}"
    try:
        draft, found = json_files.draft(value, name, place, reading)
        said = _spoken(draft)
    except TranscriptError as error:
        return f"{place}: {error.message}"
    kept = [(u, k) for u, k in said if u.text]
    marks = tuple(found[k] if isinstance(found[k], dict) else {} for _, k in kept)
    places = tuple(f"{place}, turn {k}" for _, k in kept)
    return Marked(draft.id, tuple(u for u, _ in kept), marks, places, draft.metadata, place)


def _spoken(draft: Draft) -> list[tuple[Utterance, int]]:
    """The turns with their place in the list. A dialogue of one side is welcome here, other than in scoring."""
    turns = clean(draft)
    at = [turn.place - 1 for turn in turns]
    known = [roles.resolve(turn.label or "") for turn in turns]
    if all(known):
        return [(Utterance(cast(Role, role), t.text), k) for t, role, k in zip(turns, known, at, strict=True)]
    done = finish(draft)
    if isinstance(done, Failure):
        raise TranscriptError(done.code, done.message, hint=done.hint)
    return list(zip(done.utterances, at, strict=True))


def _dialogues(records: Sequence[_Record], file: File) -> Iterator[Marked | str]:
    """Records that share a dialogue id make one dialogue, in order; one without an id stands alone."""
    names = list(dict.fromkeys(name for record in records for name in record.fields))
    text = aliases.find(names, "text") or aliases.find(names, "single_text")
    if text is None:
        raise LabelError(
            f"{records[0].place}: no column holds the text (columns: {', '.join(names[:12])[:200]}); "
            f"call it one of: {', '.join([*aliases.table()['text'][:4], 'text', 'content', 'review'])}"
        )
    keys = {field: aliases.find(names, field) for field in ("conversation", "role", "name", "context")}
    keys["text"] = text
    groups: dict[str, list[_Record]] = {}
    for index, record in enumerate(records):
        id = str(record.fields.get(keys["conversation"] or "") or "").strip()
        groups.setdefault(id or f"{file.stem}:{record.place.rpartition(':')[2]}#{index}", []).append(record)
    for id, group in groups.items():
        yield _gathered(id.partition("#")[0] if len(group) == 1 else id, group, keys)


def _gathered(id: str, group: Sequence[_Record], keys: Mapping[str, str | None]) -> Marked | str:
    turns = list[tuple[Utterance, Fields, str]]()
    try:
        for record in group:
            role = _role(record, keys)
            turns += [(u, {}, record.place) for u in _context(record, keys, role)]
            text = clean_text(record.fields.get(str(keys["text"])), record.place)
            if text:
                turns.append((Utterance(role, text), record.fields, record.place))
    except TranscriptError as error:
        return error.message
    if not turns:
        return f"{group[0].place}: the text is empty"
    said, marks, places = zip(*turns, strict=True)
    return Marked(id, said, marks, places, group[0].fields, group[0].place)


def clean_text(value: Any, place: str) -> str:
    """A text within the limits of readers. Raises TranscriptError naming the place."""
    text = "" if value is None else value if isinstance(value, str) else str(value)
    kept = clean(Draft("", place, [Turn(None, text), Turn(None, "字")], Reading("memory"), unit=place))
    return kept[0].text if len(kept) > 1 else ""


def _role(record: _Record, keys: Mapping[str, str | None]) -> Role:
    """Who speaks; without a column for it, the customer."""
    given = [str(record.fields.get(keys[k] or "") or "").strip() for k in ("role", "name")]
    if not any(given):
        return "customer"
    found = next((role for name in given if name and (role := roles.resolve(name))), None)
    if found is None:
        raise TranscriptError(
            "unknown_role", f"{record.place}: unknown role {given[0] or given[1]!r}", hint=roles.ALLOWED
        )
    return found


def _context(record: _Record, keys: Mapping[str, str | None], role: Role) -> list[Utterance]:
    """The turns before: lines with speakers, a list, or one text of the other party."""
    value = record.fields.get(keys["context"] or "")
    lines = value if isinstance(value, list) else [value]
    other: Role = "agent" if role == "customer" else "customer"
    found = list[Utterance]()
    for line in lines:
        if isinstance(line, dict):
            text = line.get(aliases.find(line, "text") or "")
            who = roles.resolve(str(line.get(aliases.find(line, "role") or "", ""))) or other
            found.append(Utterance(who, clean_text(text, record.place)))
            continue
        text = clean_text(line, record.place)
        turns = plain.parse(plain.number(text)).turns if text else []
        named = [(roles.resolve(turn.label or ""), turn.text) for turn in turns]
        if named and all(who for who, _ in named):
            found += [Utterance(cast(Role, who), said) for who, said in named]
        else:
            found.append(Utterance(other, text))
    return [u for u in found if u.text]
