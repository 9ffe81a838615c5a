"""`models`: which version of each task is in use, and how to change it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..store import SHIPPED

if TYPE_CHECKING:
    from ..store import Store

app = typer.Typer(
    help="List the models that were trained here, bring an earlier one back, or put another in use.",
    no_args_is_help=True,
)
StoreOption = Annotated[
    Path | None, typer.Option("--models", metavar="DIR", help="Where models are kept; the user's store.")
]
Task = Annotated[str, typer.Argument(help="The name of a task.")]


def _store(models: Path | None) -> Store:
    from ..store import Store, default_store

    return Store(models or default_store())


@app.command("list")
def list_(models: StoreOption = None) -> None:
    """List all versions of all tasks; * marks the one in use."""
    from ..store import ENCODER, base_folders
    from . import screen

    store, start = _store(models), base_folders(models, new=True)
    rows = list[tuple[str, ...]]()
    for task in sorted({*start, *store.tasks()} - {ENCODER}):
        current = store.current(task)
        plain = {SHIPPED: start[task]} if task in start else {}
        for version, folder in {**plain, **{v: store.version(task, v) for v in store.versions(task)}}.items():
            rows.append(("*" if version == current else "", task, version, str(folder)))
    screen.console(sys.stdout, narrowest=300).print(screen.grid(("", "task", "version", "folder"), rows))


@app.command()
def rollback(task: Task, models: StoreOption = None) -> None:
    """Put the version of a task in use that was so before the present one."""
    from ..learn.gold import check_task

    check_task(task)
    typer.echo(f"{task} {_store(models).rollback(task)}")


@app.command()
def use(
    task: Task,
    version: Annotated[str, typer.Argument(help="A number that `models list` shows, or 'shipped'.")],
    models: StoreOption = None,
) -> None:
    """Put a version of a task in use; 'shipped' takes your own out of use."""
    from ..classify import Classifier, Encoder
    from ..learn.gold import check_task
    from ..store import ENCODER, model_folders

    check_task(task)
    store = _store(models)
    if version != SHIPPED:
        shared = Encoder.load(model_folders(models, new=True)[ENCODER])
        found = Classifier.load(store.version(task, version), shared)
        if found.own:
            found.own.load()
    store.use(task, version)
    typer.echo(f"{task} {version}")
