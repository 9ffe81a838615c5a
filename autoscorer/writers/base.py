"""What all writers share: a file that appears under its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ..errors import UsageError
from ..record import Written
from ..types import CriterionScore, Failure, Result, Scorecard

COLUMNS = ("id", "source", "total", "grade", "passed", "failed_critical")
METADATA = ("agent_id", "team", "channel", "date", "customer_id", "order_id")
FAILURE = ("stage", "code", "message", "hint")


class Writer:
    """Adds results to `NAME.partial`; `finish` gives it its name, `keep` leaves it, `discard` removes it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.partial = path.with_name(path.name + ".partial")
        self.open()

    def open(self) -> None:
        """Begin the partial file."""
        raise NotImplementedError

    def add(self, written: Written) -> None:
        """Write one result."""
        raise NotImplementedError

    def close(self) -> None:
        """Bring all that was added to disk."""
        raise NotImplementedError

    def finish(self) -> None:
        """The partial file takes its name."""
        self.close()
        with self.partial.open("rb+") as file:
            os.fsync(file.fileno())  # else a power cut may leave the name without the content
        self.partial.replace(self.path)

    def keep(self) -> None:
        """Stop early; what was written stays in the partial file."""
        self.close()

    def discard(self) -> None:
        """Stop before anything was written; nothing stays."""
        self.close()
        self.partial.unlink(missing_ok=True)


def refuse_foreign(path: Path, known: Callable[[IO[bytes]], bool]) -> None:
    """Raise UsageError where a file is there that is neither empty nor `known`, and so may not be replaced."""
    if not path.exists():
        return
    if not all(_is(file, known) for file in (path.iterdir() if path.is_dir() else [path])):
        raise UsageError(f"{path}: is there and is not a results file of autoscorer; choose another name")


def _is(path: Path, known: Callable[[IO[bytes]], bool]) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return not file.read(1) or (file.seek(0) == 0 and known(file))


def summary(result: Result) -> list[object]:
    """The values of COLUMNS, METADATA and FAILURE; what a result lacks is None."""
    if isinstance(result, Failure):
        why = [result.stage, result.code, result.message, result.hint]
        return [result.id, result.source, *[None] * (len(COLUMNS) + len(METADATA) - 2), *why]
    transcript = result.analysis.transcript
    metadata = [_text(transcript.metadata.get(key)) for key in METADATA]
    own = [result.total, result.grade, result.passed, " ".join(result.failed_critical)]
    return [transcript.id, transcript.source, *own, *metadata, *[None] * len(FAILURE)]


def criteria(result: Result) -> tuple[CriterionScore, ...]:
    """The criterion scores; a Failure has none."""
    return result.criteria if isinstance(result, Scorecard) else ()


def _text(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float) else str(value)
