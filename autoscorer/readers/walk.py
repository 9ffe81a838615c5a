"""Files, folders and standard input, one transcript or failure at a time."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import MissingExtra, TranscriptError
from ..types import Failure, Transcript
from . import json_files, parquet, plain, sheets, subtitles, word
from .draft import DIALOGUE_HINT
from .files import GZIPPED, File, as_text, is_readable
from .listing import expected, listed

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
    ".parquet": parquet.read,
    ".srt": subtitles.read,
    ".vtt": subtitles.read,
}
_ALLOWED = f"allowed: {', '.join(READERS)}; {', '.join(sorted(GZIPPED))} also with .gz; .zip"


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
    and what is in `skip`. A path with `*`, `?` or `[` that is no file is a pattern. `-` reads JSON lines from
    standard input.
    """
    for file in inputs(paths, skip=skip):
        yield from read_input(file)


def inputs(
    paths: Iterable[str | Path] | str | Path,
    *,
    skip: Iterable[str | Path] = (),
    pass_over: Callable[[str], object] = str,
) -> Iterator[File | Failure]:
    """The inputs that `paths` name, unread; see `listing.listed`."""
    paths = [paths] if isinstance(paths, str | Path) else paths
    return listed(paths, READERS, skip=skip, pass_over=pass_over)


def count(paths: Iterable[str | Path], *, skip: Iterable[str | Path] = ()) -> int | None:
    """An estimate of how many results `paths` will give; None where it cannot be known."""
    return expected(paths, READERS, skip=skip)


def read_input(file: File | Failure) -> Iterator[Transcript | Failure]:
    """What one input holds, lazily; whatever is bad is one Failure, never raised."""
    found = [file] if isinstance(file, Failure) else _file(file)
    return (_printable(result) if isinstance(result, Failure) else result for result in found)


def _printable(failure: Failure) -> Failure:
    """The failure with its message in one line that can be written; it may quote a damaged file."""
    name = None if failure.id is None else as_text(failure.id)[:200]
    return replace(failure, message=" ".join(as_text(failure.message).split())[:400], id=name)


def _file(file: File) -> Iterator[Result]:
    if file.path is None:
        yield from _guarded(file, json_files.read_lines)
    elif not is_readable(file, READERS):
        shown = "".join(file.path.suffixes[-2:])  # members of archives are of a readable format
        yield Failure(file.source, "read", "unsupported_format", f"cannot read {shown or 'it'!r}", _ALLOWED)
    else:
        yield from _guarded(file, READERS[file.suffix])


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
    except MissingExtra as error:
        yield Failure(file.source, "read", "missing_extra", str(error))
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as error:
        yield Failure(file.source, "read", "corrupt", f"the archive is damaged: {_line(error)}", _AGAIN)
    except OSError as error:
        if error.errno is None:  # not the system's, but a library's word for what it cannot read
            yield Failure(file.source, "read", "corrupt", f"cannot be read: {_line(error)}", _AGAIN)
        else:
            why = error.strerror or _line(error)
            yield Failure(file.source, "read", "unreadable", why, "check who may read it")
    except MemoryError:
        yield Failure(file.source, "read", "too_large", "not enough memory to read it", "split the file")
    except Exception as error:
        yield Failure(file.source, "read", "corrupt", f"cannot be read: {_line(error)}", _AGAIN)


_AGAIN = "save or export the file again"


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _nothing(source: str) -> Failure:
    return Failure(source, "read", "no_dialogue", "no dialogue found", DIALOGUE_HINT)
