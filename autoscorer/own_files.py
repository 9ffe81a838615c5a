"""How files that we wrote are known again: never read as transcripts, and free to be replaced."""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

TITLE = "autoscorer results"
"""The title of every workbook of results."""
REVIEW_TITLE = "autoscorer review"
"""The title of workbooks that people fill in or read: never replaced."""
REPORT = "autoscorer report"
"""What marks a report: the generator of a page, a comment in the properties of a workbook."""
_HEAD = 65536
_TEXT = rb'"(?:[^"\\]|\\.)*"'
_JSON = re.compile(
    rb'\s*\{"schema": ?[0-9]+, ?"id": ?(?:null|TEXT), ?"source": ?TEXT, ?"(?:rubric|failure)": ?'.replace(
        b"TEXT", _TEXT
    )
)
_LOG = re.compile(rb'\{"schema": ?[0-9]+, ?"key": ?"')
_CSV = b"id,source,total,grade,passed,failed_critical,"
_PAGE = f'<meta name="generator" content="{REPORT}">'.encode()
_BOM = b"\xef\xbb\xbf"


def is_results(stream: IO[bytes]) -> bool:
    """Whether the stream, at its beginning, holds results in one of the formats that we write."""
    head = stream.read(_HEAD).removeprefix(_BOM)
    if head.startswith(b"PK"):
        return _is_workbook(stream, TITLE)
    if head.startswith(b"PAR1"):
        stream.seek(max(0, stream.seek(0, io.SEEK_END) - _HEAD))
        return TITLE.encode() in stream.read()
    return head.startswith(_CSV) or bool(_JSON.match(head))


def is_review(stream: IO[bytes]) -> bool:
    """Whether the stream, at its beginning, holds a review list or the log of what people said."""
    head = stream.read(_HEAD)
    return _is_workbook(stream, REVIEW_TITLE) if head.startswith(b"PK") else bool(_LOG.match(head))


def is_report(stream: IO[bytes]) -> bool:
    """Whether the stream, at its beginning, holds a report that we wrote."""
    head = stream.read(_HEAD).removeprefix(_BOM)
    return _is_workbook(stream, REPORT) if head.startswith(b"PK") else _PAGE in head


def _is_workbook(stream: IO[bytes], mark: str) -> bool:
    try:
        with zipfile.ZipFile(stream) as archive:
            return mark.encode() in archive.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
