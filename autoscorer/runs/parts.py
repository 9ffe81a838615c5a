"""The parts of a run: append-only JSON lines, each with a checksum, so that a torn one is seen.

A part begins with what made it. Then come results, and, after the results of an input, a line for the input:

    {"crc":"…","made":{"version":"…","rules_sha256":"…", …}}
    {"crc":"…","input":"calls/a.jsonl","n":0,"key":"…","total":86.5,"failed":"","result":{…}}
    {"crc":"…","input":"calls/a.jsonl","count":1,"stamp":[size,mtime,ctime],"sha256":"…"}
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from ..errors import UsageError

SIZE = 64 * 2**20
"""Bytes after which a new part begins: a part none of whose results is used any more is removed whole."""
SYNC = 1.0
"""Seconds of work that a power cut may cost; a process that dies alone loses nothing that was appended."""

_SEAL = b'{"crc":"%08x",'
_HEAD = len(_SEAL % 0)
_RESULT = b',"result":'


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a part: its fields, and where in the file its result stands, if it has one."""

    fields: Mapping[str, Any]
    start: int
    size: int


def seal(body: bytes) -> bytes:
    """A line of a part from the inside of a JSON object."""
    return _SEAL % zlib.crc32(body) + body + b"}\n"


def unseal(line: bytes) -> bytes | None:
    """The inside of a line, or None where the line is torn."""
    body = line[_HEAD:-2]
    return body if line.endswith(b"}\n") and line.startswith(_SEAL % zlib.crc32(body)) else None


def entries(path: Path) -> Iterator[Entry | None]:
    """The lines of a part, in order; None in place of a torn one."""
    with path.open("rb") as file:
        at = 0
        for line in file:
            body = unseal(line)
            if body is None:
                yield None
            else:
                head, found, result = body.partition(_RESULT)
                start = at + _HEAD + len(head) + len(found)
                yield Entry(json.loads(b"{" + head + b"}"), start, len(result))
            at += len(line)


def numbered(folder: Path) -> dict[int, Path]:
    """The parts in a folder by their numbers, in order."""
    found = {int(path.stem[5:]): path for path in folder.glob("part-*.jsonl") if path.stem[5:].isdigit()}
    return dict(sorted(found.items()))


class Parts:
    """Appends to parts of its own, numbered on from those that are there.

    Raises UsageError where a line cannot be written; the lines before it stay valid.
    """

    def __init__(self, folder: Path, made: Mapping[str, Any]) -> None:
        self._folder, self._made = folder, made
        self.number = max(numbered(folder), default=0)
        self._file: FileIO | None = None
        self._synced = time.monotonic()

    def add(self, fields: Mapping[str, Any], result: bytes = b"") -> None:
        """Append one line."""
        body = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))[1:-1].encode("utf-8", "replace")
        try:
            self._append(seal(body + _RESULT + result if result else body))
        except OSError as error:
            raise self._failed(error) from None

    def close(self) -> None:
        """Bring all lines to disk."""
        if self._file is not None:
            try:
                self._sync()
                self._file.close()
            except OSError as error:
                raise self._failed(error) from None
            self._file = None

    def _append(self, line: bytes) -> None:
        if self._file is None or self._file.tell() > SIZE:
            self._next()
        assert self._file is not None
        self._write(line)
        if time.monotonic() - self._synced > SYNC:
            self._sync()

    def _next(self) -> None:
        self.close()
        self.number += 1
        self._file = FileIO(self._path, "xb")
        made = json.dumps({"made": self._made}, ensure_ascii=False, separators=(",", ":"))[1:-1]
        self._write(seal(made.encode()))

    def _write(self, line: bytes) -> None:
        """All of a line; a disk that is nearly full takes a piece of it and says so only the next time."""
        assert self._file is not None
        rest = memoryview(line)
        while rest:
            rest = rest[self._file.write(rest) :]

    def _sync(self) -> None:
        """To disk; and see whether the file is still there, for writing into a removed one goes well."""
        assert self._file is not None
        os.fsync(self._file.fileno())
        self._path.stat()
        self._synced = time.monotonic()

    @property
    def _path(self) -> Path:
        return self._folder / f"part-{self.number:05}.jsonl"

    def _failed(self, error: OSError) -> UsageError:
        why = error.strerror or error
        return UsageError(
            f"{self._path}: cannot be written: {why}; what was written before stays, "
            "and the same command goes on from there"
        )
