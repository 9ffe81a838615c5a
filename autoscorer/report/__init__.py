"""Reports that people act on: one HTML page, or a workbook, from the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from ..errors import ConfigError, UsageError
from ..own_files import is_report
from ..record import Written
from ..rubric import load_rubric
from ..rules import load_rules
from ..types import Failure, Result
from ..writers import writing
from .base import Options, Report
from .names import Lang, Names
from .page import HtmlReport
from .settings import load_settings
from .words import words
from .workbook import XlsxReport

FORMATS: dict[str, type[Report]] = {"html": HtmlReport, "xlsx": XlsxReport}


def write_report(
    results: Iterable[Result],
    output: str | Path,
    *,
    lang: Lang = "zh",
    text: bool = True,
    options: Options | None = None,
) -> Path:
    """Write a report of `results` to `output`, a .html or .xlsx file; returns it.

    Results may be masked before: a report shows what it is given. Without `text` it holds no word of the
    transcripts. Raises UsageError for another suffix or a file that is not ours to replace, ConfigError where
    no result has a score.
    """
    path = Path(output)
    kind = FORMATS.get(path.suffix.lstrip(".").lower())
    if kind is None:
        raise UsageError(f"{path}: a report is a .html or .xlsx file; give -o NAME.html or -o NAME.xlsx")
    options = options or make_options(lang=lang, text=text)
    scored = _scored(results)
    with writing([(path, partial(kind, options=options))], known=is_report) as through:
        for _ in through(map(Written.of, scored)):
            pass
    return path


def make_options(
    *,
    lang: Lang = "zh",
    text: bool = True,
    title: str = "",
    rubric: str | Path | None = None,
    rules: str | Path | None = None,
    settings: str | Path | None = None,
) -> Options:
    """The options of a report. `rubric` and `rules` give names to what the results hold by id.

    Raises ConfigError for a file that is not valid.
    """
    book = load_rules(rules)
    names = Names(load_rubric(rubric, rules=book), book, lang)
    return Options(load_settings(settings), names, title or words(lang)["title"], text)


def _scored(results: Iterable[Result]) -> Iterator[Result]:
    """The results, of which at least one has a score: else there is nothing to report."""
    failures: list[Result] = []
    rest = iter(results)
    for result in rest:
        if not isinstance(result, Failure):
            return chain(failures, [result], rest)
        failures.append(result)
    found = f"only {len(failures)} that could not be scored" if failures else "none"
    raise ConfigError(f"a report needs at least one scored contact; the results hold {found}")


__all__ = ["FORMATS", "Options", "make_options", "write_report"]
