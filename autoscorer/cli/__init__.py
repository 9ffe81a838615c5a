"""The command line: one thin function a verb. Data on stdout, all else on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

from ..errors import AutoscorerError

USAGE, INTERRUPTED = 2, 130


def main() -> None:
    """Run the command line; errors that the user can mend are one message, without a traceback."""
    from .app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack characters: GBK on Windows
            stream.reconfigure(errors="replace")
    try:
        _run(app)
    except AutoscorerError as error:
        from .screen import safe

        print(f"autoscorer: {safe(str(error))}", file=sys.stderr)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        print("autoscorer: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        _leave_stdout()
        sys.exit(1)
    except OSError as error:  # the disk behind standard output is full, for instance
        from .screen import safe

        _leave_stdout()
        where = error.filename or "the output"
        print(safe(f"autoscorer: {where}: {error.strerror or error}"), file=sys.stderr)
        sys.exit(USAGE)


def _run(app: Callable[[], None]) -> None:
    """Run, and bring all output out while an error can still be told."""
    try:
        app()
    except SystemExit:
        sys.stdout.flush()
        raise


def _leave_stdout() -> None:
    """What is still to be written would fail again, when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
