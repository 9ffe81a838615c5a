"""Writers of every format, and short ways to read what a test wrote."""

import csv
import io
import json

import pytest

from autoscorer.readers import read_many
from autoscorer.types import Failure

CHINESE = {"agent": "客服", "customer": "客户"}


def to_txt(talk):
    return "".join(f"{CHINESE[role]}：{text}\n" for role, text in talk)


def to_json(talk):
    return json.dumps({"id": "c1", "turns": [{"role": r, "text": t} for r, t in talk]}, ensure_ascii=False)


def to_csv(talk, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([("角色", "内容"), *((CHINESE[r], t) for r, t in talk)])
    return out.getvalue()


def clock(seconds, mark):
    return f"00:{seconds // 60:02}:{seconds % 60:02}{mark}000"


def to_srt(talk):
    return "\n".join(
        f"{i + 1}\n{clock(5 * i, ',')} --> {clock(5 * i + 4, ',')}\n{CHINESE[r]}：{t}\n"
        for i, (r, t) in enumerate(talk)
    )


def to_vtt(talk):
    return "WEBVTT\n\n" + "\n".join(
        f"{clock(5 * i, '.')} --> {clock(5 * i + 4, '.')}\n<v {CHINESE[r]}>{t}</v>\n"
        for i, (r, t) in enumerate(talk)
    )


def to_xlsx(path, rows):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def to_parquet(path, talk, *, rows=False):
    """Talk as a turn a row, or as one row with a list of turns."""
    import pyarrow
    import pyarrow.parquet

    turns = [{"role": role, "text": text} for role, text in talk]
    values = turns if rows else [{"id": "c1", "turns": turns, "team": "east"}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(values), path)


def to_docx(path, talk, *, table=False, header=True):
    from docx import Document

    document = Document()
    if not table:
        for role, text in talk:
            document.add_paragraph(f"{CHINESE[role]}：{text}")
    else:
        rows = [("角色", "内容")] * header + [(CHINESE[r], t) for r, t in talk]
        grid = document.add_table(rows=len(rows), cols=2)
        for row, (left, right) in zip(grid.rows, rows, strict=True):
            row.cells[0].text, row.cells[1].text = left, right
    document.save(path)


@pytest.fixture
def results(tmp_path):
    """Write content (text, bytes, or a JSON value) to a file of that name; what read_many makes of it."""

    def write_and_read(name, content):
        path = tmp_path / name
        if not isinstance(content, str | bytes):
            content = json.dumps(content, ensure_ascii=False)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_many([path]))

    return write_and_read


@pytest.fixture
def transcript(results):
    """As `results`, for a file that must hold exactly one good transcript."""

    def write_and_read(name, content):
        (result,) = results(name, content)
        assert not isinstance(result, Failure), result
        return result

    return write_and_read


@pytest.fixture
def failure(results):
    """As `results`, for a file that must give exactly one failure, in one line."""

    def write_and_read(name, content):
        (result,) = results(name, content)
        assert isinstance(result, Failure), result
        assert result.stage == "read" and result.message and "\n" not in result.message
        return result

    return write_and_read


def said(found):
    """Role and text of each utterance."""
    return [(utterance.role, utterance.text) for utterance in found.utterances]


def short(found):
    """As `said`, with the first letter of the role: `a您好`."""
    return [f"{utterance.role[0]}{utterance.text}" for utterance in found.utterances]
