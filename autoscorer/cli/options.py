"""Options that several verbs have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """Languages of reasons and tables."""

    zh = "zh"
    en = "en"


RubricOption = Annotated[
    Path | None, typer.Option("--rubric", help="Rubric YAML; the default one if left out.")
]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of reasons and tables.")]
MaskOption = Annotated[
    bool, typer.Option("--mask", help="Placeholders for telephones, ids, cards, names and the like.")
]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", help="Rule book YAML; the default one if left out.")
]
