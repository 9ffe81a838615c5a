"""What an input will give, without parsing: about how many results, and which files are passed over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from .files import File, is_own
from .walk import walk

BLOCK = 1 << 20


def expected(paths: Iterable[str | Path], *, skip: Iterable[str | Path] = ()) -> int | None:
    """The number of files, JSON lines counted one by one; None where standard input is among them."""
    names = list(map(str, paths))
    return None if "-" in names else sum(_conversations(file) for file in _files(names, skip))


def passed_over(paths: Iterable[str | Path], *, skip: Iterable[str | Path] = ()) -> list[str]:
    """The files below the folders among `paths` that hold results of earlier runs, and so are not read."""
    folders = [path for path in map(str, paths) if path != "-" and Path(path).is_dir()]
    return [file.source for file in _files(folders, skip) if is_own(file)]


def _files(paths: Iterable[str], skip: Iterable[str | Path]) -> Iterator[File]:
    left_out = frozenset(os.path.realpath(path) for path in skip)
    for path in paths:
        file = File(Path(path), path)
        found = walk(file, left_out, set()) if Path(path).is_dir() else [file]
        yield from (each for each in found if isinstance(each, File))


def _conversations(file: File) -> int:
    if file.path is None or file.gzipped or file.suffix not in (".jsonl", ".ndjson"):
        return 1
    try:
        with file.path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(BLOCK), b""))
    except OSError:
        return 1
