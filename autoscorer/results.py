"""Reads back what the writers wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from .errors import ConfigError
from .record import from_record
from .types import Result


def load_results(path: str | Path) -> Iterator[Result]:
    """The results of a JSON-lines file, or of `results.jsonl` in a folder, one at a time.

    Raises ConfigError naming file and line where a line is not a result of this schema.
    """
    for result in scan_results(path):
        if isinstance(result, ConfigError):
            raise result
        yield result


def scan_results(path: str | Path) -> Iterator[Result | ConfigError]:
    """As `load_results`, but a line that is not a result of this schema is the error, and the rest follows."""
    file = Path(path)
    file = file / "results.jsonl" if file.is_dir() else file
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _result(file, number, line)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not a results file: it is not UTF-8 text") from None


def _result(file: Path, number: int, line: str) -> Result | ConfigError:
    try:
        record = json.loads(line)
        return from_record(record if isinstance(record, dict) else {})
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a ValueError
        return ConfigError(f"{file}:{number}: not JSON: {str(error).split(';')[0]}")
    except ConfigError as error:
        return ConfigError(f"{file}:{number}: {error}")
