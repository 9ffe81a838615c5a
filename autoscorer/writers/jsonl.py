"""JSON lines: one result a line, the whole of it."""

from __future__ import annotations

from ..record import Written
from .base import Writer


class JsonlWriter(Writer):
    """Writes records as `autoscorer schema` describes them."""

    def open(self) -> None:
        self._file = self.partial.open("wb")

    def add(self, written: Written) -> None:
        self._file.write(written.line + b"\n")

    def close(self) -> None:
        self._file.close()
