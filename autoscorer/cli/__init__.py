"""The command line: one thin function a verb. Data on stdout, all else on stderr."""

from __future__ import annotations

import io
import os
import sys

from ..errors import AutoscorerError

USAGE, INTERRUPTED = 2, 130


def main() -> None:
    """Run the command line; errors that the user can mend are one message, without a traceback."""
    from .app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack characters: GBK on Windows
            stream.reconfigure(errors="replace")
    try:
        app()
    except AutoscorerError as error:
        from .screen import safe

        print(f"autoscorer: {safe(str(error))}", file=sys.stderr)
        sys.exit(USAGE)
    except KeyboardInterrupt:
        print("autoscorer: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output left, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
