"""Rows under a header: a turn a row, grouped by conversation, or a whole dialogue in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..errors import TranscriptError
from ..text import has_words
from ..types import Failure, Reading, Transcript
from . import aliases, plain, roles
from .draft import Draft, Turn, finish
from .files import File

_FIELDS = ("role", "name", "text", "start", "end", "start_ms", "end_ms")
_BREAK = re.compile(r"<br\s*/?>|\\r\\n|\\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, and its number in the file."""

    number: int
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; `others` are kept as metadata under their names."""

    fields: Mapping[str, int]
    others: Mapping[int, str]


def drafts(rows: Sequence[Row], reading: Reading) -> list[Draft]:
    """The dialogues of a table, without source, and without id where the table has none.

    Raises TranscriptError `empty`, `no_text_column` or `no_role_column`.
    """
    filled = [row for row in rows if any(map(string, row.cells))]
    if not filled:
        raise _empty("there are no rows")
    if _is_headless(filled):
        turns = [Turn(string(row.cells[0]), string(row.cells[1]), place=row.number) for row in filled]
        return [Draft("", "", turns, reading, {}, "row")]
    names, body = [string(cell) for cell in filled[0].cells], filled[1:]
    columns = _columns(names, body)
    if not body:
        raise _empty("there are no rows below the header")
    groups = _groups(body, columns)
    make = _cell_draft if "dialogue" in columns.fields else _row_draft
    return [make(name, group, columns, reading) for name, group in groups]


def _empty(message: str) -> TranscriptError:
    return TranscriptError("empty", message, hint="export it again, or leave it out")


def finish_all(found: Sequence[Draft], file: File) -> Iterator[Transcript | Failure]:
    """The transcripts of all drafts of a file, with sources and the missing ids."""
    for index, draft in enumerate(found, 1):
        mark = f"#{index}" if len(found) > 1 else ""
        yield finish(replace(draft, id=draft.id or file.stem + mark, source=file.source + mark))


def _is_headless(rows: Sequence[Row]) -> bool:
    """Two columns, speaker and text, from the first row on; 客服,通话数 above figures is a header."""
    said = [string(row.cells[1]) for row in rows[:5] if len(row.cells) == 2]
    whole = len(said) == len(rows[:5]) and any(map(has_words, said[1:] or said))
    return whole and bool(roles.resolve(string(rows[0].cells[0])))


def _columns(names: Sequence[str], body: Sequence[Row]) -> Columns:
    found = {field: names.index(name) for field in _FIELDS if (name := aliases.find(names, field))}
    found |= _name_column(names, body)
    whole = aliases.find(names, "dialogue")
    if "text" not in found and whole is None:
        raise _no_text(names)
    text = found.setdefault("text", names.index(whole) if whole else 0)
    column = names.index(whole) if whole else text
    if _holds_dialogues(body, column) and ("role" not in found or column != text):
        found = {"dialogue": column}
    elif not {"role", "name"} & set(found):
        found["name"] = _voice_column(names, body)
    _add_conversation(found, names, body)
    return Columns(found, {i: name for i, name in enumerate(names) if name and i not in found.values()})


def _name_column(names: Sequence[str], body: Sequence[Row]) -> dict[str, int]:
    """Of 昵称 and 发送方, the one whose values say most often which side speaks."""
    columns = [column for column, name in enumerate(names) if aliases.is_field(name, "name")]
    if not columns:
        return {}

    def worth(column: int) -> int:
        return sum(roles.resolve(string(_cell(row, column))) is not None for row in body[:50])

    return {"name": max(columns, key=worth)}


def _holds_dialogues(body: Sequence[Row], column: int) -> bool:
    """Whether a cell among the first holds several speaker lines; one that holds none may just be bad."""
    cells = [text for row in body[:50] if (text := _lines(_cell(row, column)))]
    return any(len(plain.parse(plain.number(text)).turns) > 1 for text in cells[:20] if "\n" in text)


def _voice_column(names: Sequence[str], body: Sequence[Row]) -> int:
    """The column of channel numbers that tells the speakers apart."""
    name = aliases.find(names, "channel")
    if name and body and all(roles.is_neutral(string(_cell(row, names.index(name)))) for row in body):
        return names.index(name)
    raise TranscriptError(
        "no_role_column",
        f"no column tells who speaks (columns: {_shown(names)})",
        hint=_allowed("role", "name"),
    )


def _no_text(names: Sequence[str]) -> TranscriptError:
    message = f"no column holds the text (columns: {_shown(names)})"
    return TranscriptError("no_text_column", message, hint=_allowed("text", "dialogue"))


def _shown(names: Sequence[str]) -> str:
    return ", ".join(name for name in names[:12] if name)[:200]


def _allowed(*fields: str) -> str:
    return f"call it one of: {', '.join(name for field in fields for name in aliases.table()[field][:8])}"


def _add_conversation(found: dict[str, int], names: Sequence[str], body: Sequence[Row]) -> None:
    taken = {names[index] for index in found.values()}
    free = [name for name in names if name not in taken]
    name = aliases.find(free, "conversation")
    weak = aliases.find(free, "weak_conversation")
    if name is None and weak is not None:
        values = [string(_cell(row, names.index(weak))) for row in body]
        name = weak if "dialogue" in found or len(set(values)) < len(values) else None
    if name is not None:
        found["conversation"] = names.index(name)


def _groups(body: Sequence[Row], columns: Columns) -> list[tuple[str, list[Row]]]:
    """Rows by conversation, in order of first appearance; a blank id means the one above."""
    column = columns.fields.get("conversation")
    if "dialogue" in columns.fields:
        cells = columns.fields["dialogue"]
        return [(string(_cell(row, column)), [row]) for row in body if string(_cell(row, cells))]
    groups: dict[str, list[Row]] = {}
    last = ""
    for row in body:
        last = string(_cell(row, column)) or last
        groups.setdefault(last, []).append(row)
    return list(groups.items())


def _row_draft(name: str, rows: Sequence[Row], columns: Columns, reading: Reading) -> Draft:
    turns = [_turn(row, columns.fields) for row in rows]
    named = "role" not in columns.fields
    return Draft(name, "", turns, reading, _metadata(rows, columns), "row", named)


def _turn(row: Row, fields: Mapping[str, int]) -> Turn:
    role, name, text = (string(_cell(row, fields.get(field))) for field in ("role", "name", "text"))
    seconds = "start" in fields or "end" in fields
    start, end = ("start", "end") if seconds else ("start_ms", "end_ms")
    return Turn(
        role or name or None,
        text,
        _cell(row, fields.get(start)),
        _cell(row, fields.get(end)),
        row.number,
        name or role,
        1.0 if seconds else 0.001,
    )


def _cell_draft(name: str, rows: Sequence[Row], columns: Columns, reading: Reading) -> Draft:
    dialogue = plain.parse(plain.number(_lines(_cell(rows[0], columns.fields["dialogue"]))))
    metadata = {**dialogue.metadata, **_metadata(rows, columns)}
    return Draft(name, "", dialogue.turns, reading, metadata, "line", dialogue.named)


def _lines(cell: Any) -> str:
    """The text of a cell; `<br>` and a written `\\n` separate lines where nothing else does."""
    text = string(cell).replace("\r\n", "\n").replace("\r", "\n")
    return text if "\n" in text else _BREAK.sub("\n", text)


def _metadata(rows: Sequence[Row], columns: Columns) -> dict[str, Any]:
    """What stands in the other columns, where it is the same in all rows of the conversation."""
    found = {}
    for column, name in columns.others.items():
        values = {value for row in rows if (value := string(_cell(row, column)))}
        if len(values) == 1:
            found[name] = values.pop()
    return found


def _cell(row: Row, column: int | None) -> Any:
    return row.cells[column] if column is not None and column < len(row.cells) else None


def string(cell: Any) -> str:
    """A cell as it is shown: whole numbers without a point, dates without midnight."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return str(cell).removesuffix(" 00:00:00")
    return str(cell).strip()
