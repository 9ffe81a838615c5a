"""`train`: a head from labelled files, compared with the present one, and put in use where it is not worse."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .options import LangOption, Language

if TYPE_CHECKING:
    from ..learn import Data, Models, Trained
    from ..learn.rows import Step
    from ..learn.run import Say
    from ..learn.words import Lang
    from ..rules import RuleBook

WORSE = 4
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with the model."""

    task: str
    out: Path | None
    promote: bool
    force: bool
    lang: Lang


def train(
    task: Annotated[
        str, typer.Argument(help="sentiment, empathy, behaviors, quality, or a name of your own.")
    ],
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="More labelled files.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data", metavar="FILE", help="Labelled file: jsonl, json, csv, tsv, xlsx; may be repeated."
        ),
    ] = None,
    test: Annotated[
        list[Path] | None,
        typer.Option(
            "--test", metavar="FILE", help="Labelled file that training never sees; the figures are on it."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the model here as well.")
    ] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Put it in use, if it is not worse.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --promote: also if it is worse.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="What is kept apart; keep it from run to run.")] = 0,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            metavar="FOLDER",
            help="Models to build on; the shipped ones. With --fine-tune also an encoder of Hugging Face.",
        ),
    ] = None,
    fine_tune: Annotated[
        bool,
        typer.Option("--fine-tune", help="Tune the encoder too, for this task alone; needs the extra train."),
    ] = False,
    models: Annotated[
        Path | None, typer.Option("--models", metavar="DIR", help="Where models are kept; the user's store.")
    ] = None,
    lang: LangOption = Language.zh,
) -> None:
    """Train a classifier from labelled files and compare it with the present one.

    Exit codes: 0 done, 2 usage or bad data (nothing changed), 4 worse than the present model and therefore not
    put in use, 130 interrupted (nothing changed).
    """
    from ..learn import read_data
    from ..learn.gold import check_task
    from ..rules import load_rules

    check_task(task)
    wish = Wish(task, out, promote, force, lang.value)
    files = [*(data or ()), *(more or ())]
    _refuse(wish, files)
    using = _models(base, models, task if fine_tune else None)
    read = read_data(task, files, test or (), seed)
    _tell_data(read, wish.lang)
    trained = _run(read, using, load_rules(), seed, wish.lang)
    raise typer.Exit(_keep(trained, wish, models))


def _refuse(wish: Wish, files: Sequence[Path]) -> None:
    if not files:
        raise UsageError("no labelled file was given: autoscorer train TASK --data FILE")
    if wish.force and not wish.promote:
        raise UsageError("--force goes with --promote")
    if wish.out and wish.out.exists() and (not wish.out.is_dir() or any(wish.out.iterdir())):
        raise UsageError(f"{wish.out}: is there already; name a new folder for --out")


def _models(base: Path | None, models: Path | None, tuned: str | None) -> Models:
    """tuned: the task whose encoder is fine-tuned."""
    from ..classify import Classifiers
    from ..learn import Models, bases
    from ..store import ENCODER, base_folders, model_folders

    if base and not tuned:
        bases.check_plain(base)
    start = base_folders(base) if base and not tuned else base_folders(models, new=True)
    tune = bases.find_base(tuned, base or start[ENCODER]) if tuned else None
    return Models(start, Classifiers.of(model_folders(models, new=True)), tune)


def _tell_data(read: Data, lang: Lang) -> None:
    """What is doubtful in the data, before time is spent on it."""
    from ..learn.words import say

    found = read.findings
    _list(lang, [say(lang, "left_out", what=what) for what in read.left_out])
    _list(lang, [say(lang, "refused", what=what) for what in read.refused])
    _list(lang, [say(lang, "duplicate", copy=copy, first=first) for copy, first in found.duplicates])
    shown = [
        (c.text[:40], "; ".join(f"{place} {labels}" for place, labels in c.readings[:4]))
        for c in found.contradictions
    ]
    _list(lang, [say(lang, "contradiction", text=text, readings=readings) for text, readings in shown])


def _list(lang: Lang, lines: Sequence[str]) -> None:
    from ..learn.words import say

    for line in lines[:SHOWN]:
        _say(line)
    if len(lines) > SHOWN:
        _say(say(lang, "more", count=len(lines) - SHOWN))


def _say(line: str) -> None:
    from .screen import one_line

    print(one_line(line), file=sys.stderr)


def _run(read: Data, models: Models, book: RuleBook, seed: int, lang: Lang) -> Trained:
    from ..learn import train as fit

    with _progress(lang) as say:
        return fit(read, models, seed=seed, book=book, say=say)


@contextmanager
def _progress(lang: Lang) -> Iterator[Say]:
    """A bar for each part of the work, on a terminal; elsewhere one line for each."""
    from ..learn.words import WORDS
    from . import screen

    errors = screen.console(sys.stderr)
    with screen.progress(errors, hidden=False) as bar:

        def begin(part: str) -> Step:
            name = WORDS[part][0 if lang == "zh" else 1]
            if not errors.is_terminal:
                print(f"{name} ...", file=sys.stderr, flush=True)
            task = bar.add_task(name, total=None)
            return lambda done, total: bar.update(task, completed=done, total=total)

        yield begin


def _keep(trained: Trained, wish: Wish, models: Path | None) -> int:
    """Decide, write, and put in use, in that order; returns the exit code."""
    from ..learn import write_folder
    from ..learn.words import say
    from ..store import Store, default_store, whole_folder

    better = trained.comparison.not_worse
    verdict = (
        "not_asked" if not wish.promote else "promoted" if better else "forced" if wish.force else "worse"
    )
    _show(trained, verdict, wish.lang)

    def write(folder: Path) -> None:
        write_folder(folder, trained, verdict=verdict, lang=wish.lang)

    if wish.out:
        wish.out.parent.mkdir(parents=True, exist_ok=True)
        whole_folder(wish.out.parent, write).replace(wish.out)
        _say(say(wish.lang, "wrote", folder=wish.out))
    if wish.promote or not wish.out:
        store = Store(models or default_store())
        version = store.add(wish.task, write)
        _say(
            say(wish.lang, "kept", task=wish.task, version=version, folder=store.version(wish.task, version))
        )
        if verdict in ("promoted", "forced"):
            store.use(wish.task, version)
            _say(say(wish.lang, "back", task=wish.task))
        else:
            _say(say(wish.lang, "how_to_use", task=wish.task, version=version))
    return WORSE if verdict == "worse" else 0


def _show(trained: Trained, verdict: str, lang: Lang) -> None:
    """The figures on stdout, the verdict last."""
    from ..learn.card import SECOND_LOOK, shown, thin_labels, tuned_size
    from ..learn.words import say
    from . import screen

    m, out = trained.metrics, screen.console(sys.stdout)
    kind = say(lang, m["apart_is"])
    sizes = {
        "fit": m["dialogues"]["fit"],
        "turns": m["turns"],
        "apart": m["dialogues"]["apart"],
        "kind": kind,
    }
    out.print(say(lang, "sizes", **sizes), soft_wrap=True)
    for line in filter(None, [thin_labels(m, lang), tuned_size(m, lang) if "tuned" in m else ""]):
        out.print(screen.one_line(line), soft_wrap=True)
    if m["doubted"]:
        out.print(say(lang, "suspicious", count=m["doubted"], file=SECOND_LOOK))
    heads = [say(lang, key) for key in ("figure", "new", m["compared_with"], "difference")]
    rows = [
        (name, shown(m["new"][name]), shown(m["old"][name]), shown(m["difference"][name], sign=True))
        for name in m["new"]
    ]
    out.print(screen.grid(heads, rows, aligned=True))
    if isinstance(m.get("labels"), dict):
        out.print(screen.grid(*label_rows(m["labels"], lang), aligned=True))
    out.print(say(lang, verdict))


def label_rows(
    labels: Mapping[str, Mapping[str, float]], lang: Lang
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Heads and rows of a table of labels."""
    from ..learn.words import say

    heads = [say(lang, "label"), say(lang, "precision"), say(lang, "recall"), "F1", say(lang, "gold")]
    return heads, [
        (name, f"{v['precision']:.3f}", f"{v['recall']:.3f}",
         f"{v['f1']:.3f} ({v['f1_low']:.3f} … {v['f1_high']:.3f})", str(v["gold"]))
        for name, v in labels.items()
    ]  # fmt: skip
