"""The examples in docstrings run. (Those of README and docs/ have tests in test_docs_pages.py.)"""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import autoscorer

PACKAGE = Path(autoscorer.__file__).parent
WITH_EXAMPLES = sorted(
    ".".join(["autoscorer", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if "\n>>> " in path.read_text(encoding="utf-8") or " >>> " in path.read_text(encoding="utf-8")
)


def test_examples_are_where_people_look():
    assert {"autoscorer", "autoscorer.text", "autoscorer.pipeline"} <= set(WITH_EXAMPLES)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried > 0
    assert failed == 0
