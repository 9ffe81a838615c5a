"""Word documents: a table with speakers, or paragraphs as in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import TranscriptError
from ..types import Failure, Reading, Transcript
from . import files, plain, table
from .draft import Draft, finish
from .files import File
from .table import Row


def read(file: File) -> Iterator[Transcript | Failure]:
    """The dialogues of the tables; without such tables, the one in the paragraphs.

    Raises TranscriptError `not_docx`, `too_large` or `no_dialogue`.
    """
    from docx import Document

    place = files.check_zip(file, "docx")
    document = Document(str(place) if isinstance(place, Path) else place)
    found, error = _in_tables(document)
    dialogue = plain.parse(plain.number(_text(document)))
    if found and sum(len(draft.turns) for draft in found) >= len(dialogue.turns):
        yield from table.finish_all(found, file)
    elif error and not dialogue.turns:
        raise error
    else:
        yield finish(plain.draft(dialogue, file, Reading("docx"), unit="paragraph"))


def _text(document: Any) -> str:
    """Paragraphs and rows of tables, in order; a table may hold what other files have above the dialogue."""
    lines = []
    for part in document.iter_inner_content():
        rows = _rows(part) if hasattr(part, "_tbl") else None
        lines += ["\t".join(row.cells) for row in rows] if rows is not None else [part.text]
    return "\n".join(lines)


def _in_tables(document: Any) -> tuple[list[Draft], TranscriptError | None]:
    found: list[Draft] = []
    first: TranscriptError | None = None
    for each in document.tables:
        try:
            found += table.drafts(_rows(each), Reading("docx"))
        except TranscriptError as error:
            first = first or error
    return found, first


def _rows(found: Any) -> list[Row]:
    """The cells of a table. python-docx's own `cells` takes time quadratic in the rows."""
    from docx.table import _Cell

    return [
        Row(number, [_Cell(cell, found).text for cell in row.tc_lst])
        for number, row in enumerate(found._tbl.tr_lst, 1)
    ]
