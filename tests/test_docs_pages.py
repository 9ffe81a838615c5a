"""What stands in the pages is what the commands and the examples do."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("README*.md"), *DOCS.glob("*.md")])
PYTHON = re.compile(r"^```python\b[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def run(*arguments, cwd=ROOT):
    """A Python process; its output is shown where it fails."""
    done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def examples():
    """The Python blocks of all pages."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in PYTHON.finditer(text):
            yield pytest.param(match[1], id=f"{page.name}:{text.count(chr(10), 0, match.start()) + 1}")


@pytest.mark.slow
@pytest.mark.parametrize("body", [*examples()])
def test_python_runs_alone(body, tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "data")
    run("-c", body, cwd=tmp_path)


def test_the_command_line_page_is_up_to_date():
    made_with = re.search(r"<!-- typer ([\d.]+):", (DOCS / "cli.md").read_text(encoding="utf-8"))[1]
    if version("typer").split(".")[:2] != made_with.split("."):
        pytest.skip(f"made with typer {made_with}, which may lay help out in another way")
    run("docs/build_cli.py", "--check")


def test_every_verb_is_on_the_command_line_page():
    import typer

    from autoscorer.cli.app import app

    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    for name, command in typer.main.get_command(app).commands.items():
        assert f"## autoscorer {name}\n" in page
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option in page


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_outputs_are_up_to_date(page):
    run("docs/build_outputs.py", "--check", str(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert "://" in link or (page.parent / link).exists(), link


def test_pictures_ask_nothing_of_the_network():
    for picture in DOCS.glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert "url(http" not in text and "@import" not in text and "<image" not in text, picture.name
