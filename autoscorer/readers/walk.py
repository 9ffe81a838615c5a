"""Files, folders and standard input, one transcript or failure at a time."""

from __future__ import annotations

import gzip
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from ..errors import TranscriptError
from ..types import Failure, Transcript
from . import json_files, plain, sheets, subtitles, word
from .draft import DIALOGUE_HINT
from .files import GZIPPED, File, as_text, is_own, own_results

Result = Transcript | Failure

READERS: dict[str, Callable[[File], Iterator[Result]]] = {
    ".txt": plain.read,
    ".json": json_files.read,
    ".jsonl": json_files.read_lines,
    ".ndjson": json_files.read_lines,
    ".csv": sheets.read_csv,
    ".tsv": sheets.read_csv,
    ".xlsx": sheets.read_xlsx,
    ".docx": word.read,
    ".srt": subtitles.read,
    ".vtt": subtitles.read,
}
_ALLOWED = f"allowed: {', '.join(READERS)}; {', '.join(sorted(GZIPPED))} also with .gz"


def read(path: str | Path) -> list[Transcript]:
    """The transcripts of one file (`-` is JSON lines on standard input).

    Where some of a file's conversations are bad, the good ones are returned; `read_many` also tells of
    the bad ones. Raises TranscriptError, the first one met, when there is no good one.
    """
    if str(path) != "-" and Path(path).is_dir():
        raise TranscriptError("unsupported_format", f"{path} is a folder", hint="use read_many for folders")
    results = list(read_many([path]))
    transcripts = [result for result in results if isinstance(result, Transcript)]
    if not transcripts:
        failure = next((result for result in results if isinstance(result, Failure)), _nothing(str(path)))
        raise TranscriptError(failure.code, failure.message, hint=failure.hint, id=failure.id)
    return transcripts


def read_many(
    paths: Iterable[str | Path] | str | Path, *, skip: Iterable[str | Path] = ()
) -> Iterator[Transcript | Failure]:
    """The transcripts of files and folders, lazily, in order; whatever is bad is one Failure, never raised.

    Folders are walked in sorted order, without hidden files, files of other formats, results of earlier runs
    (`passed_over` names them) and what is in `skip`.
    `-` reads JSON lines from standard input.
    """
    left_out = frozenset(os.path.realpath(path) for path in skip)
    for path in [paths] if isinstance(paths, str | Path) else paths:
        for result in _read_one(path, left_out):
            yield _printable(result) if isinstance(result, Failure) else result


def _printable(failure: Failure) -> Failure:
    """The failure with its message in one line that can be written; it may quote a damaged file."""
    name = None if failure.id is None else as_text(failure.id)[:200]
    return replace(failure, message=" ".join(as_text(failure.message).split())[:400], id=name)


def _read_one(path: str | Path, left_out: frozenset[str]) -> Iterator[Result]:
    if str(path) == "-":
        yield from _guarded(File(None, "-"), json_files.read_lines)
        return
    file = _at(Path(path))
    kind = _kind(Path(path))
    if kind == "folder":
        yield from _folder(file, left_out)
    elif kind != "file":
        yield Failure(file.source, "read", *_MISSING[kind])
    else:
        yield from _file(file)


def _at(path: Path) -> File:
    return File(path, as_text(path.as_posix()))


_MISSING = {
    "nothing": ("not_found", "there is no such file or folder", "check the path"),
    "closed": ("unreadable", "permission denied", "check who may read it"),
    "special": (
        "unreadable",
        "it is neither a file nor a folder",
        "pass JSON lines on standard input with -",
    ),
}


def _kind(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except PermissionError:
        return "closed"
    except (OSError, ValueError):  # no such file; a name that no file can have
        return "nothing"
    return "folder" if S_ISDIR(mode) else "file" if S_ISREG(mode) else "special"


def _file(file: File) -> Iterator[Result]:
    reader = READERS.get(file.suffix) if not file.gzipped or file.suffix in GZIPPED else None
    if reader is None:
        shown = "".join(file.path.suffixes[-2:]) if file.path else ""
        yield Failure(file.source, "read", "unsupported_format", f"cannot read {shown or 'it'!r}", _ALLOWED)
    elif is_own(file):
        yield own_results().failure(file.source)
    else:
        yield from _guarded(file, reader)


def _folder(folder: File, left_out: frozenset[str]) -> Iterator[Result]:
    found = False
    for result in walk(folder, left_out, set()):
        if isinstance(result, File) and is_own(result):
            continue
        found = True
        yield from _file(result) if isinstance(result, File) else [result]
    if not found:
        yield Failure(folder.source, "read", "no_transcripts", "no transcript in this folder", _ALLOWED)


def walk(folder: File, left_out: frozenset[str], seen: set[str]) -> Iterator[File | Failure]:
    """The transcript files below a folder; `seen` ends the loops that links make."""
    assert folder.path is not None
    real = os.path.realpath(folder.path)
    if real in seen or real in left_out:
        return
    seen.add(real)
    try:
        children = sorted(folder.path.iterdir())
    except OSError as error:
        why = error.strerror or "cannot list the folder"
        yield Failure(folder.source, "read", "unreadable", why, "check who may read it")
        return
    for child in children:
        if child.name.startswith((".", "~$")) or os.path.realpath(child) in left_out:
            continue
        file = _at(child)
        if child.is_dir():
            yield from walk(file, left_out, seen)
        elif child.is_file() and file.suffix in READERS and (not file.gzipped or file.suffix in GZIPPED):
            yield file


def _guarded(file: File, reader: Callable[[File], Iterator[Result]]) -> Iterator[Result]:
    """What the reader yields; what it raises as one Failure, whatever library it came from."""
    found = False
    try:
        for result in reader(file):
            found = True
            yield result
        if not found:
            yield _nothing(file.source)
    except TranscriptError as error:
        yield error.failure(file.source)
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as error:
        yield Failure(file.source, "read", "corrupt", f"the archive is damaged: {_line(error)}", _AGAIN)
    except OSError as error:
        yield Failure(
            file.source, "read", "unreadable", error.strerror or _line(error), "check who may read it"
        )
    except MemoryError:
        yield Failure(file.source, "read", "too_large", "not enough memory to read it", "split the file")
    except Exception as error:
        yield Failure(file.source, "read", "corrupt", f"cannot be read: {_line(error)}", _AGAIN)


_AGAIN = "save or export the file again"


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _nothing(source: str) -> Failure:
    return Failure(source, "read", "no_dialogue", "no dialogue found", DIALOGUE_HINT)
