"""JSON lines: one result a line, the whole of it."""

from __future__ import annotations

import json

from ..record import to_record
from ..types import Result
from .base import Writer


class JsonlWriter(Writer):
    """Writes records as `autoscorer schema` describes them."""

    def open(self) -> None:
        self._file = self.partial.open("w", encoding="utf-8", newline="\n")

    def add(self, result: Result) -> None:
        self._file.write(dumps(result) + "\n")

    def close(self) -> None:
        self._file.close()


def dumps(result: Result, encoding: str = "utf-8") -> str:
    """A result as one line of JSON, always the same for the same result.

    Where `encoding` lacks a character, as UTF-8 lacks half a surrogate pair, all but ASCII is escaped.
    """
    record = to_record(result)
    line = json.dumps(record, ensure_ascii=False, allow_nan=False)
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        line = json.dumps(record, allow_nan=False)
    return line
