"""Draws the pictures of the README from real runs: docs/score*.svg and docs/explain*.svg.

usage: python docs/picture.py
"""

from __future__ import annotations

import html
import io
import os
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

import autoscorer as asr
from autoscorer.cli import explain, screen

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
WIDTH = 100
SHOWN = "data/samples/*.txt"
EXPLAINED = "data/samples/express_urging_export.txt"
TURNS, CRITERIA = 8, 6
_CRITERION = re.compile(rf"  [{''.join(explain.MARKS.values())}] ")
_TEXT = re.compile(r'(<text [^>]*textLength=")([\d.]+)("[^>]*>)([^<]+)</text>')
FONTS = (
    "Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',"
    "'PingFang SC','Microsoft YaHei','Noto Sans Mono CJK SC',monospace"
)


def main() -> None:
    """Draw each picture in Chinese and in English."""
    os.chdir(ROOT)
    for lang, suffix in (("en", ""), ("zh", ".zh")):
        scorer = asr.Scorer(lang=lang)
        _save(_score(scorer), f"score{suffix}.svg", "autoscorer score")
        _save(_explain(scorer), f"explain{suffix}.svg", "autoscorer explain")


def _score(scorer: asr.Scorer) -> list[Text]:
    results = list(asr.score_many(sorted(Path().glob(SHOWN)), scorer=scorer))
    console = _console()
    console.print(screen.table(results, len(results), scorer.spec.lang))
    return [_prompt(f"score {SHOWN}", scorer), *_lines(console)]


def _explain(scorer: asr.Scorer) -> list[Text]:
    """The head, the first turns, and the first criteria."""
    console = _console()
    explain.show(scorer.score(asr.read(EXPLAINED)[0]), scorer, console)
    lines = _lines(console)
    turns = next(i for i, line in enumerate(lines) if line.plain.lstrip().startswith(f"{TURNS + 1} "))
    heading = next(i for i, line in enumerate(lines) if i > turns and "×" in line.plain)
    end = [i for i, line in enumerate(lines) if i > heading and _CRITERION.match(line.plain)][CRITERIA]
    more = Text("…", "dim")
    return [_prompt(f"explain {EXPLAINED}", scorer), *lines[:turns], more, Text(), *lines[heading:end], more]


def _prompt(verb: str, scorer: asr.Scorer) -> Text:
    lang = " --lang en" if scorer.spec.lang == "en" else ""
    return Text(f"$ autoscorer {verb}{lang}", "bold")


def _console() -> Console:
    return Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
    )


def _lines(console: Console) -> list[Text]:
    return list(Text.from_ansi(console.export_text(styles=True).rstrip("\n")).split("\n"))


def _save(lines: list[Text], name: str, title: str) -> None:
    console = _console()
    for line in lines:
        console.print(line, overflow="ignore", crop=True, no_wrap=True)
    drawn = console.export_svg(
        title=title, theme=MONOKAI, code_format=_format(), font_aspect_ratio=0.6, unique_id="t"
    )
    drawn = _TEXT.sub(_as_wide_as_cells, drawn)
    (DOCS / name).write_text(re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE), encoding="utf-8")


def _as_wide_as_cells(match: re.Match[str]) -> str:
    """Rich counts characters where it should count cells: Han characters take two."""
    before, old, between, text = match.groups()
    shown = html.unescape(text)
    return f"{before}{float(old) * cell_len(shown) / len(shown):g}{between}{text}</text>"


def _format() -> str:
    """Rich's drawing without fonts from the network, and with fonts that have Han characters."""
    plain = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    kept = plain.replace("<svg ", '<svg xml:space="preserve" ', 1)  # leading blanks
    return kept.replace("Fira Code, monospace", FONTS)


if __name__ == "__main__":
    main()
