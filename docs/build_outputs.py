"""Runs the commands that stand in the pages, and puts what they print under them.

A block ```` ```console ```` holds lines `$ command`, each followed by what it printed. A block such as
```` ```yaml rules my-rules.yaml ```` is a file: the commands of its page find it by that name. Times and
speeds are left out, as they change from run to run. `--check` only says which pages are old.

usage: python docs/build_outputs.py [--check] [PAGE...]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").glob("*.md"))]
PLAIN = {
    "COLUMNS": "100",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}

BLOCK = re.compile(r"^```([^\n`]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TIMES = re.compile(r", [\d.]+ s, \d*(?:/s)?$", re.MULTILINE)


def refreshed(page: str) -> str:
    """The page with new outputs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").symlink_to(ROOT / "data")
        for info, body in BLOCK.findall(page):
            if len(words := info.split()) == 3:
                (folder / words[2]).write_text(body, encoding="utf-8")
        return BLOCK.sub(lambda match: _block(match, folder), page)


def _block(match: re.Match[str], folder: Path) -> str:
    info, body = match.groups()
    if info != "console":
        return match[0]
    commands = [line for line in body.split("\n") if line.startswith("$ ")]
    return "\n".join([f"```{info}", *(_run(command, folder) for command in commands), "```"])


def _run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command.removeprefix("$ ")],
        cwd=folder,
        env=os.environ | PLAIN | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed = [line.rstrip() for line in _TIMES.sub("", done.stdout).rstrip().split("\n")]
    return "\n".join([command, *(printed if any(printed) else [])])


def main() -> None:
    """Write the pages, or compare them."""
    check = "--check" in sys.argv[1:]
    named = [Path(name).resolve() for name in sys.argv[1:] if name != "--check"]
    old = []
    for page in named or PAGES:
        text = page.read_text(encoding="utf-8")
        made = refreshed(text)
        old += [str(page.relative_to(ROOT))] if made != text else []
        if not check:
            page.write_text(made, encoding="utf-8")
    if check and old:
        sys.exit(f"old outputs in {', '.join(old)}: python docs/build_outputs.py")


if __name__ == "__main__":
    main()
