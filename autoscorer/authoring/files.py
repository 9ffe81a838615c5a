"""Files that appear under their name when they are whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import UsageError


@contextlib.contextmanager
def whole(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A partial file to write. It takes the name `path` when the block ends well, and else goes.

    Raises UsageError where a file is there and `force` is not given, or where it cannot be written.
    """
    if path.exists() and not force:
        raise UsageError(f"{path}: is there already; choose another name, or replace it with --force")
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())  # else a power cut may leave the name without the content
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
