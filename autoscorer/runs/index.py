"""Where in the parts of a run each result lies: an index on disk, so that memory does not grow with a run."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .parts import entries, numbered
from .versions import same_analysis, same_score

_TABLES = """
create table results(input text, n int, key text, part int, start int, size int, total real, failed text,
                     fresh int, primary key (input, n)) without rowid;
create table inputs(input text primary key, count int, fields text) without rowid;
"""


OPEN = 16
"""Parts that are held open for reading."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A result in a part. `fresh`: it was scored under the rubric of today, not only analyzed so."""

    key: str
    part: int
    start: int
    size: int
    total: float | None
    failed: str
    fresh: bool


class Index:
    """The results of earlier parts that still hold, by input and by place within the input."""

    def __init__(self, folder: Path, made: Mapping[str, Any]) -> None:
        import sqlite3

        self._made = made
        self._path = folder / "index.sqlite"
        self._path.unlink(missing_ok=True)
        self._base = sqlite3.connect(self._path, isolation_level=None)
        self._base.executescript("pragma journal_mode=off; pragma synchronous=off;" + _TABLES)
        self._files: dict[int, BinaryIO] = {}
        self.torn = 0
        """Lines of the parts that were damaged; what they held is scored again."""
        self._paths = numbered(folder)
        self._build()

    def __len__(self) -> int:
        (count,) = self._base.execute("select count(*) from results").fetchone()
        return int(count)

    def result(self, source: str, n: int) -> Kept | None:
        """The n-th result of an input."""
        query = "select key, part, start, size, total, failed, fresh from results where input=? and n=?"
        found = self._base.execute(query, (source, n)).fetchone()
        return Kept(*found) if found else None

    def whole(self, source: str) -> tuple[dict[str, Any], int] | None:
        """Of an input that was read to its end and has all its results: its line in the parts, and failures."""
        known = self._base.execute("select count, fields from inputs where input=?", (source,)).fetchone()
        if known is None:
            return None
        query = "select count(*), sum(failed != '') from results where input=? and n<?"
        have, failed = self._base.execute(query, (source, known[0])).fetchone()
        return (json.loads(known[1]), failed or 0) if have == known[0] else None

    def line(self, kept: Kept) -> bytes:
        """The JSON of a result."""
        if kept.part not in self._files:
            if len(self._files) >= OPEN:
                self._forget_files()
            self._files[kept.part] = self._paths[kept.part].open("rb")
        file = self._files[kept.part]
        file.seek(kept.start)
        return file.read(kept.size)

    def close(self) -> None:
        """Remove the index: the parts say all that it says."""
        self._forget_files()
        self._base.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _forget_files(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _build(self) -> None:
        """Parts of another rubric first, so that a result of this one takes the place of theirs."""
        fresh = {number: self._fresh(path) for number, path in self._paths.items()}
        self._base.execute("begin")
        for number in sorted(fresh, key=lambda number: (fresh[number] is True, number)):
            if (known := fresh[number]) is not None:
                self._add(number, known)
        self._base.execute("commit")

    def _fresh(self, path: Path) -> bool | None:
        """Whether the results of a part were scored under the rubric of today; None where none of them holds."""
        head = next(entries(path), None)
        self.torn += head is None
        made = head.fields.get("made", {}) if head else {}
        return same_score(made, self._made) if same_analysis(made, self._made) else None

    def _add(self, number: int, fresh: bool) -> None:
        for entry in entries(self._paths[number]):
            if entry is None:
                self.torn += 1
            elif "count" in entry.fields:
                f = entry.fields
                row: tuple[Any, ...] = (f["input"], f["count"], json.dumps(f))
                self._base.execute("insert or replace into inputs values (?,?,?)", row)
            elif "n" in entry.fields and _holds(entry.fields["failed"], fresh):
                f = entry.fields
                row = (
                    f["input"],
                    f["n"],
                    f["key"],
                    number,
                    entry.start,
                    entry.size,
                    f["total"],
                    f["failed"],
                    fresh,
                )
                self._base.execute("insert or replace into results values (?,?,?,?,?,?,?,?,?)", row)


def _holds(failed: str, fresh: bool) -> bool:
    """Whether a result may be taken again. A failure may not where a worker died or the mistake was ours, nor
    where it was the rubric's and the rubric changed."""
    return failed in ("", "read") or (failed == "score" and fresh)
