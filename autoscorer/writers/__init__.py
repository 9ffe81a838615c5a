"""Results out: JSON lines (the contract), CSV and XLSX for people, in one pass and flat memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from ..errors import UsageError
from ..own_files import is_results
from ..record import Written
from ..types import Result
from .base import Writer, refuse_foreign
from .delimited import CsvWriter
from .jsonl import JsonlWriter
from .parquet import ParquetWriter
from .workbook import XlsxWriter

FORMATS: dict[str, type[Writer]] = {
    "jsonl": JsonlWriter,
    "csv": CsvWriter,
    "xlsx": XlsxWriter,
    "parquet": ParquetWriter,
}
DEFAULT = ("jsonl", "csv", "xlsx")
"""What is written into a folder where nothing else is asked for."""


def targets(output: str | Path, formats: Iterable[str] = ()) -> list[tuple[Path, type[Writer]]]:
    """The files to write: `output` itself where its suffix is a format, else `results.*` in that folder.

    Raises UsageError for an unknown format, or one that does not go with the file's suffix.
    """
    path, wanted = Path(output), list(dict.fromkeys(formats))
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"unknown format '{name}'; allowed: {', '.join(FORMATS)}")
    suffix = path.suffix.lstrip(".").lower()
    if suffix in FORMATS and (suffix == "parquet" or not path.is_dir()):
        if wanted not in ([], [suffix]):
            raise UsageError(f"{path} is one {suffix} file; give a folder to write {', '.join(wanted)}")
        return [(path, FORMATS[suffix])]
    if suffix and not path.is_dir():
        raise UsageError(f"{path}: no format '.{suffix}'; allowed: {', '.join(FORMATS)}, or a folder")
    return [(path / f"results.{name}", FORMATS[name]) for name in wanted or DEFAULT]


def write(results: Iterable[Result], output: str | Path, *, formats: Iterable[str] = ()) -> list[Path]:
    """Write `results` to a file or folder; returns the files. They appear whole, or not at all."""
    with writing(targets(output, formats)) as through:
        for _ in through(map(Written.of, results)):
            pass
    return [path for path, _ in targets(output, formats)]


@contextlib.contextmanager
def writing(  # type: ignore[no-untyped-def]
    files: Sequence[tuple[Path, Callable[[Path], Writer]]], known: Callable[[IO[bytes]], bool] = is_results
):
    """Gives a function that passes results on while they are written to all `files`.

    When the block ends well the files take their names; when it does not, what was written, if anything,
    stays beside them as `NAME.partial`, and what was there before is untouched. Raises UsageError where a file is not ours
    to replace or cannot be written; `known` says what is ours.
    """
    for path, _ in files:
        with _named(path):
            refuse_foreign(path, known)
    writers: list[Writer] = []
    begun = False
    try:
        for path, kind in files:
            with _named(path):
                writers.append(kind(path))

        def through(results: Iterable[Written]) -> Iterator[Written]:
            nonlocal begun
            for result in results:
                begun = True
                for writer in writers:
                    with _named(writer.path):
                        writer.add(result)
                yield result

        yield through
    except BaseException:
        for writer in writers:
            with contextlib.suppress(OSError):  # what went wrong first is what the user must hear
                writer.keep() if begun else writer.discard()
        raise
    for writer in writers:
        with _named(writer.path):
            writer.finish()


class _named:
    """Says which file could not be written. A class, for it is entered for every result."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, OSError):
            where, why = error.filename or self.path, error.strerror or error
            raise UsageError(f"{where}: cannot be written: {why}") from None


__all__ = ["FORMATS", "Writer", "targets", "write", "writing"]
