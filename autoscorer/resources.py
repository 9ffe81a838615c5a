"""Where rules, rubrics and models lie, with their sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .errors import ConfigError

PACKAGE = Path(__file__).resolve().parent
DATA = PACKAGE / "data"


def sha256(path: Path) -> str:
    """The hash of a file's bytes, or of a folder's files with their names in sorted order."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file.relative_to(path).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def sha256_of(paths: list[Path]) -> str:
    """One hash over several files or folders, in the order given; of a single one, its own."""
    hashes = [sha256(path) for path in paths]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def models_dir() -> Path:
    """The folder of shipped models: inside the wheel, or, in a checkout, `models/` at its top.

    Raises ConfigError when neither is there.
    """
    for folder in (PACKAGE / "models", PACKAGE.parent / "models"):
        if folder.is_dir():
            return folder
    raise ConfigError(
        f"no models found in {PACKAGE / 'models'} or {PACKAGE.parent / 'models'}; "
        "pass --models FOLDER, or --no-models to score without classifiers"
    )


def default_rules() -> Path:
    """The rule book that comes with the package."""
    return DATA / "rules.yaml"


def default_rubric() -> Path:
    """The rubric that comes with the package."""
    return DATA / "rubric.yaml"
