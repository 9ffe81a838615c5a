"""Modules import downward only, and heavy packages only inside the functions that need them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import autoscorer

PACKAGE = Path(autoscorer.__file__).parent
FLOORS = [
    {"types", "errors"},
    {
        "characters",
        "extras",
        "neutral",
        "own_files",
        "text",
        "resources",
        "positions",
        "timing",
        "medium",
        "yaml_file",
        "record",
        "contract",
        "backtracking",
    },
    {"rules", "rubric", "store"},
    {"readers", "segment", "detect", "classify", "scoring", "privacy", "writers", "results"},
    {"review", "report"},
    {"agreement"},
    {"pipeline"},
    {"execute", "learn", "compare", "authoring"},
    {"runs"},
    {"__init__"},
    {"cli", "__main__"},
]
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names}
SIDEWAYS = {
    ("errors", "types"),
    ("rubric", "rules"),
    ("detect", "segment"),
    ("__main__", "cli"),
    ("record", "contract"),
    ("text", "backtracking"),
    ("privacy", "readers"),
    ("privacy", "scoring"),
}
HEAVY = {
    "spacy", "onnxruntime", "sklearn", "torch", "transformers", "ray", "openpyxl", "docx", "jieba", "pysubs2",
    "xlsxwriter", "scipy", "onnx", "pyarrow", "sqlite3", "filelock", "krippendorff", "pingouin", "pandas",
    "statsmodels", "jinja2", "markupsafe",
}  # fmt: skip
TORCH = {
    "network.py",
    "tuning.py",
}  # of learn: torch modules are classes; only `train --fine-tune` loads them
MODULES = sorted(PACKAGE.rglob("*.py"))


def home(path):
    """The part of the package that a file belongs to: a top-level module or a subpackage."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path, *, top_only=False):
    """Absolute dotted names of what a file imports, with the line; `from . import x` counts as x."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _top(tree) if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(path, node)
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from ((name, node.lineno) for name in names)


def _absolute(path, node):
    if not node.level:
        return node.module
    package = ["autoscorer", *path.relative_to(PACKAGE).parts[:-1]]
    return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


def _top(tree):
    """Statements that run on import: not in functions, nor for type checkers only."""
    stack = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            stack += node.orelse
            continue
        yield node
        stack += ast.iter_child_nodes(node)


def part(name):
    """The part of autoscorer that an imported name belongs to; None for other packages."""
    first, _, rest = name.partition(".")
    if first != "autoscorer":
        return None
    return rest.partition(".")[0] if rest.partition(".")[0] in FLOOR else "__init__"


def test_each_module_has_a_floor():
    assert {home(path) for path in MODULES} <= set(FLOOR)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_down(path):
    here, wrong = home(path), []
    for name, line in imports(path):
        there = part(name)
        if there is None or there == here or (here, there) in SIDEWAYS:
            continue
        if FLOOR[there] >= FLOOR[here]:
            wrong.append(f"{path}:{line}: {here} imports {name}")
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_package_does_not_import_what_builds_it(path):
    assert not [name for name, _ in imports(path) if name.partition(".")[0] in ("training", "tests")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_packages_are_imported_in_functions(path):
    if path == PACKAGE / "learn" / "network.py":
        return  # a torch module, itself imported in functions only, as the next test sees
    found = {name.partition(".")[0] for name, _ in imports(path, top_only=True)}
    assert path.name in TORCH or not found & HEAVY


def test_this_test_sees_imports(tmp_path, monkeypatch):
    """The reading of imports itself: relative ones, those in functions, those for type checkers."""
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "one.py"
    path.write_text(
        "import spacy.tokens\nfrom .. import text\nfrom ..rules import Rule\nfrom .two import x\n"
        "class A:\n    import jieba\n"
        "if TYPE_CHECKING:\n    import torch\n"
        "try:\n    import ray\nexcept ImportError:\n    pass\n"
        "def f():\n    import docx\n"
    )
    assert {name for name, _ in imports(path)} == {
        "spacy.tokens", "autoscorer.text", "autoscorer.rules.Rule", "autoscorer.sub.two.x", "jieba", "torch",
        "ray", "docx",
    }  # fmt: skip
    heavy = {name.partition(".")[0] for name, _ in imports(path, top_only=True)} & HEAVY
    assert heavy == {"spacy", "jieba", "ray"}


def loaded_after(code):
    """The names of the modules that are loaded in a new process after `code`."""
    code += "\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import autoscorer",
        "import autoscorer, autoscorer.cli.app",
        "import autoscorer.cli.run, autoscorer.cli.explain",
        "import autoscorer as asr\nfor name in asr.__all__: getattr(asr, name)",
    ],
)
def test_starting_loads_nothing_heavy(code):
    assert not loaded_after(code) & (HEAVY | {"numpy", "opencc", "ahocorasick"})


def test_public_names_are_there_and_no_others():
    assert sorted(autoscorer._HOME) == sorted(autoscorer.__all__)
    for name in autoscorer.__all__:
        assert getattr(autoscorer, name).__module__.startswith("autoscorer") or name == "Result"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        autoscorer.nothing  # noqa: B018
