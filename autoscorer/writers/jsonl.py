"""JSON lines: one result a line, the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

from ..record import to_record
from ..types import Result
from .base import Writer


class JsonlWriter(Writer):
    """Writes records as `autoscorer schema` describes them."""

    @classmethod
    def is_ours(cls, path: Path) -> bool:
        with path.open("rb") as file:
            head = file.readline(65536)
        return not head or head.startswith(b'{"schema": ')

    def open(self) -> None:
        self._file = self.partial.open("w", encoding="utf-8", newline="\n")

    def add(self, result: Result) -> None:
        self._file.write(dumps(result) + "\n")

    def close(self) -> None:
        self._file.close()


def dumps(result: Result) -> str:
    """A result as one line of JSON, always the same for the same result."""
    return json.dumps(to_record(result), ensure_ascii=False, allow_nan=False)
