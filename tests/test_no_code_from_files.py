"""Files of users are data: nothing unpickles, evaluates, runs or fetches anything."""

import ast
from pathlib import Path

import pytest

import autoscorer

PACKAGE = Path(autoscorer.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "joblib", "marshal", "pandas.read_pickle"}
NETWORK = {
    "socket",
    "urllib.request",
    "http.client",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "smtplib",
    "xmlrpc",
}
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load",
         "yaml.full_load", "torch.load", "numpy.load", "np.load", "marshal.loads", "marshal.load"}  # fmt: skip
ALLOWED = {
    ("execute/on_ray.py", "pickle"),  # between the processes of one run, as multiprocessing does; no file
    ("runs/run.py", "marshal"),  # only dumps, for a hash
}


def names(path):
    """What a file imports, and the dotted names that it calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported, called = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called.add(ast.unparse(node.func))
    return imported, called


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_runs_nothing_from_files(path):
    imported, called = names(path)
    own = path.relative_to(PACKAGE).as_posix()
    assert {name for name in imported & (PICKLES | NETWORK) if (own, name) not in ALLOWED} == set()
    assert called & CALLS == set()
    assert "allow_pickle=True" not in path.read_text(encoding="utf-8")


def test_this_test_sees_them(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("import pickle, urllib.request\nfrom joblib import load\nyaml.load(x)\neval('1')\n")
    imported, called = names(path)
    assert {"pickle", "urllib.request", "joblib"} <= imported and {"yaml.load", "eval"} <= called
