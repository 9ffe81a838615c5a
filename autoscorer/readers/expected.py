"""How many results an input will give, for a progress bar: an estimate, without parsing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .files import File
from .walk import walk

BLOCK = 1 << 20


def expected(paths: Iterable[str | Path], *, skip: Iterable[str | Path] = ()) -> int | None:
    """The number of files, JSON lines counted one by one; None where standard input is among them."""
    left_out = frozenset(os.path.realpath(path) for path in skip)
    count = 0
    for path in map(str, paths):
        if path == "-":
            return None
        file = File(Path(path), path)
        files = walk(file, left_out, set()) if Path(path).is_dir() else [file]
        count += sum(_conversations(f) for f in files if isinstance(f, File))
    return count


def _conversations(file: File) -> int:
    if file.path is None or file.gzipped or file.suffix not in (".jsonl", ".ndjson"):
        return 1
    try:
        with file.path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(BLOCK), b""))
    except OSError:
        return 1
