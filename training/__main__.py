"""Builds all models: `python -m training --shared ../shared --out models`. Same data, same bytes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autoscorer.errors import AutoscorerError
from autoscorer.extras import require

BUILD = Path(__file__).parent / "build"


def main(arguments: Sequence[str] | None = None) -> None:
    """Build every task's folder under --out. Raises MissingExtra without the extra 'train'."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with annotation/")
    parser.add_argument("--out", type=Path, default=Path("models"), help="folder of the models to write")
    parser.add_argument("--clean", action="store_true", help="use our own dialogues only, no research text")
    options = parser.parse_args(arguments)
    require("train", "building models", "sklearn", "scipy", "joblib", "onnx")
    _build(options)


def _build(options: argparse.Namespace) -> None:
    from autoscorer.classify.folder import LABELS

    from .data import load
    from .fuse import fuse
    from .ship import ship

    dialogues = load(options.shared, clean=options.clean)
    for task in LABELS:
        metrics = ship(task, dialogues, options.out / task, build_dir=BUILD, clean=options.clean)
        figures = {
            corpus: {k: v for k, v in f.items() if isinstance(v, list)}
            for corpus, f in metrics["dev"].items()
        }
        sys.stderr.write(f"{task}: {figures}\n")
    for behavior, ways in fuse(dialogues, options.out / "behaviors", build_dir=BUILD).items():
        sys.stderr.write(f"{behavior:17s} {ways}\n")


if __name__ == "__main__":
    try:
        main()
    except AutoscorerError as error:
        sys.stderr.write(f"training: {error}\n")
        sys.exit(2)
