"""Writes docs/cli.md from the `--help` of each verb; `--check` only says whether it is up to date.

usage: python docs/build_cli.py [--check]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import typer

from autoscorer.cli.app import app

PAGE = Path(__file__).with_name("cli.md")
PLAIN = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
HEAD = """# The command line

Made by `python docs/build_cli.py` from `--help`. Do not edit. Data goes to standard output, all else to
standard error. Exit codes: 0 done, 1 some inputs failed, 2 usage or a file that is not valid, 3 a total below
`--fail-under`, 130 interrupted.
"""
MADE = "<!-- typer {typer}: another version may lay the same help out in another way -->\n"


def page() -> str:
    """The whole page."""
    parts = [HEAD, MADE.format(typer=typer_version()), _section("autoscorer", [])]
    sections = (_section(f"autoscorer {' '.join(words)}", words) for words in _verbs())
    return "\n".join([*parts, *sections])


def _verbs() -> Iterator[list[str]]:
    """The words of each verb, and those of the verbs inside it."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        yield [name]
        yield from ([name, inner] for inner in getattr(command, "commands", ()))


def typer_version() -> str:
    """The part of typer's version that may change the layout."""
    return ".".join(version("typer").split(".")[:2])


def _section(title: str, arguments: list[str]) -> str:
    command = [sys.executable, "-m", "autoscorer", *arguments, "--help"]
    made = subprocess.run(command, env=os.environ | PLAIN, capture_output=True, text=True, check=True)
    lines = [
        line.rstrip()
        for line in made.stdout.replace("python -m autoscorer", "autoscorer").strip().split("\n")
    ]
    return "\n".join([f"## {title}\n", "```text", *lines, "```\n"])


def main() -> None:
    """Write the page, or compare it."""
    made = page()
    if "--check" in sys.argv[1:]:
        sys.exit(
            0 if PAGE.read_text(encoding="utf-8") == made else f"{PAGE} is old: python docs/build_cli.py"
        )
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
