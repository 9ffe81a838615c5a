"""How files that we wrote are known again: never read as transcripts, and free to be replaced."""

from __future__ import annotations

import re
import zipfile
from typing import IO

TITLE = "autoscorer results"
"""The title of every workbook that we write."""
_HEAD = 65536
_TEXT = rb'"(?:[^"\\]|\\.)*"'
_JSON = re.compile(
    rb'\s*\{"schema": ?[0-9]+, ?"id": ?(?:null|TEXT), ?"source": ?TEXT, ?"(?:rubric|failure)": ?'.replace(
        b"TEXT", _TEXT
    )
)
_CSV = b"id,source,total,grade,passed,failed_critical,"
_BOM = b"\xef\xbb\xbf"


def is_results(stream: IO[bytes]) -> bool:
    """Whether the stream, at its beginning, holds results in one of the formats that we write."""
    head = stream.read(_HEAD).removeprefix(_BOM)
    if head.startswith(b"PK"):
        return _is_workbook(stream)
    return head.startswith(_CSV) or bool(_JSON.match(head))


def _is_workbook(stream: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(stream) as archive:
            return TITLE.encode() in archive.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
