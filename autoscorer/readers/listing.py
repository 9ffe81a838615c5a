"""Which inputs there are: files, folders, patterns and standard input, one at a time and in a fixed order."""

from __future__ import annotations

import contextlib
import glob
import heapq
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from ..types import Failure
from . import archive
from .files import File, as_text, is_own, is_readable, own_results

BLOCK = 50_000
"""Names of a folder that are sorted in memory; more are sorted in pieces on disk."""

_MISSING = {
    "nothing": ("not_found", "there is no such file or folder", "check the path"),
    "closed": ("unreadable", "permission denied", "check who may read it"),
    "special": (
        "unreadable",
        "it is neither a file nor a folder",
        "pass JSON lines on standard input with -",
    ),
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of a folder is an input."""

    readable: frozenset[str]
    left_out: frozenset[str]
    pass_over: Callable[[str], object]


def listed(
    paths: Iterable[str | Path],
    readable: Iterable[str],
    *,
    skip: Iterable[str | Path] = (),
    pass_over: Callable[[str], object] = str,
) -> Iterator[File | Failure]:
    """The inputs that `paths` name, lazily and in order; a path that names none is a Failure.

    Folders are walked in sorted order, without hidden files, files whose suffix is not in `readable`, results
    of earlier runs (`pass_over` is told of each), and what is in `skip`. A path with `*`, `?` or `[` that is no
    file is a pattern. `-` is standard input.
    """
    left_out = frozenset(os.path.realpath(path) for path in skip)
    wanted = _Wanted(frozenset(readable), left_out, pass_over)
    for path in paths:
        yield from _one(path, wanted)


def _one(path: str | Path, wanted: _Wanted) -> Iterator[File | Failure]:
    if str(path) == "-":
        yield File(None, "-")
        return
    file, kind = at(Path(path)), _kind(Path(path))
    if kind == "folder":
        yield from _folder(file, wanted)
    elif kind == "file":
        yield from _named(file, wanted)
    elif kind == "nothing" and glob.has_magic(str(path)):
        yield from _pattern(str(path), wanted)
    else:
        yield Failure(file.source, "read", *_MISSING[kind])


def at(path: Path) -> File:
    """The input that lies at `path`."""
    return File(path, as_text(path.as_posix()))


def _named(file: File, wanted: _Wanted) -> Iterator[File | Failure]:
    """A file that was asked for by its name, whatever it is."""
    if file.suffix == archive.SUFFIX:
        yield from archive.members(file, wanted.readable)
    else:
        yield own_results().failure(file.source) if is_own(file) else file


def _found(file: File, wanted: _Wanted) -> Iterator[File | Failure]:
    """The input, or, of an archive, the inputs in it; nothing where it is of no readable format."""
    if file.suffix == archive.SUFFIX:
        yield from archive.members(file, wanted.readable)
    elif is_readable(file, wanted.readable):
        if is_own(file):
            wanted.pass_over(file.source)
        else:
            yield file


def _kind(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except PermissionError:
        return "closed"
    except (OSError, ValueError):  # no such file; a name that no file can have
        return "nothing"
    return "folder" if S_ISDIR(mode) else "file" if S_ISREG(mode) else "special"


def _pattern(pattern: str, wanted: _Wanted) -> Iterator[File | Failure]:
    """What a pattern matches; `**` goes into folders. Files of other formats are named by hand only."""
    found = False
    for name in ordered(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - lazy, and for any path
        if _kind(Path(name)) == "file" and os.path.realpath(name) not in wanted.left_out:
            for file in _found(at(Path(name)), wanted):
                found = True
                yield file
    if not found:
        yield Failure(
            as_text(pattern), "read", "not_found", "no transcript matches the pattern", "check the path"
        )


def _folder(folder: File, wanted: _Wanted) -> Iterator[File | Failure]:
    found = False
    for found_one in _walk(folder, wanted, set()):
        found = True
        yield found_one
    if not found:
        allowed = f"allowed: {', '.join(sorted(wanted.readable))}"
        yield Failure(folder.source, "read", "no_transcripts", "no transcript in this folder", allowed)


def _walk(folder: File, wanted: _Wanted, seen: set[str]) -> Iterator[File | Failure]:
    """The transcript files below a folder; `seen` ends the loops that links make."""
    assert folder.path is not None
    real = os.path.realpath(folder.path)
    if real in seen or real in wanted.left_out:
        return
    seen.add(real)
    try:
        names = ordered(_names(folder.path))
    except OSError as error:
        yield Failure(
            folder.source,
            "read",
            "unreadable",
            error.strerror or "cannot list the folder",
            "check who may read it",
        )
        return
    for name in names:
        file = at(folder.path / name)
        if name.startswith((".", "~$")) or os.path.realpath(folder.path / name) in wanted.left_out:
            continue
        kind = _kind(folder.path / name)
        if kind == "folder":
            yield from _walk(file, wanted, seen)
        elif kind == "file":
            yield from _found(file, wanted)


def _names(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry.name


def ordered(names: Iterable[str]) -> Iterator[str]:
    """`names` sorted, in flat memory: pieces of BLOCK names are sorted and merged from temporary files."""
    names = iter(names)
    first = sorted(islice(names, BLOCK))
    if len(first) < BLOCK:
        return iter(first)
    return _merged(first, names)


def _merged(first: list[str], names: Iterator[str]) -> Iterator[str]:
    with contextlib.ExitStack() as stack:
        pieces, piece = [], first
        while piece:
            file = stack.enter_context(tempfile.TemporaryFile("w+", encoding="ascii"))
            file.writelines(f"{json.dumps(name)}\n" for name in piece)
            file.seek(0)
            pieces.append(map(json.loads, file))
            piece = sorted(islice(names, BLOCK))
        yield from heapq.merge(*pieces)


def expected(
    paths: Iterable[str | Path], readable: Iterable[str], *, skip: Iterable[str | Path] = ()
) -> int | None:
    """How many results the inputs will give, for a progress bar: an estimate, without parsing.

    Files count as one, JSON lines one by one. None where standard input is among them.
    """
    count = 0
    for file in listed(paths, readable, skip=skip):
        if isinstance(file, File) and file.path is None:
            return None
        count += _conversations(file) if isinstance(file, File) else 1
    return count


def _conversations(file: File) -> int:
    if file.path is None or file.member or file.gzipped or file.suffix not in (".jsonl", ".ndjson"):
        return 1
    try:
        with file.path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(2**20), b""))
    except OSError:
        return 1
