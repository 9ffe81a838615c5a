"""JSON lines: one result a line, the whole of it."""

from __future__ import annotations

import contextlib
from io import SEEK_END
from typing import IO

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

    def keep(self) -> None:
        """As for all writers; of a line that a full disk cut off, nothing stays."""
        with contextlib.suppress(OSError):
            self.close()
        with self.partial.open("rb+") as file:
            file.truncate(_end_of_lines(file))


def _end_of_lines(file: IO[bytes], block: int = 1 << 16) -> int:
    """Where the last whole line ends."""
    end = file.seek(0, SEEK_END)
    while end > 0:
        start = max(0, end - block)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        end = start
    return 0
