"""The verb `report`."""

import json

import pytest

import autoscorer as asr


@pytest.fixture
def results(run, good, tmp_path):
    """The results of two conversations."""
    assert run("score", "--no-models", good, "-q", "-o", tmp_path / "results").code == 0
    return tmp_path / "results"


@pytest.mark.parametrize("name", ["r.html", "r.xlsx", "R.HTML"])
def test_it_writes_and_says_so(run, results, tmp_path, name):
    done = run("report", results, "-o", tmp_path / name)
    assert (done.code, done.out) == (0, "")
    assert f"{name}: 2 contacts" in done.err
    assert (tmp_path / name).stat().st_size > 1000
    assert run("report", results, "-o", tmp_path / name, "-q").err == ""


def test_several_results_are_one_report(run, results, tmp_path):
    done = run("report", results, results / "results.jsonl", "-o", tmp_path / "r.html")
    assert (done.code, "4 contacts" in done.err) == (0, True)


def test_english_title_and_settings(run, results, tmp_path):
    settings = tmp_path / "s.yaml"
    settings.write_text("id: mine\nversion: 1\ngoals: {mean: 12}\n", encoding="utf-8")
    options = ["--lang", "en", "--title", "June & <co>", "--settings", settings]
    assert run("report", results, "-o", tmp_path / "r.html", *options).code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<h1>June &amp; &lt;co&gt;</h1>" in page
    assert "Goal ≥ 12" in page


def test_the_names_of_an_own_rubric(run, good, rubric, tmp_path):
    assert run("score", "--no-models", good, "--rubric", rubric, "-q", "-o", tmp_path / "own").code == 0
    options = ["-o", tmp_path / "r.html", "--lang", "en", "--rubric", rubric]
    assert run("report", tmp_path / "own", *options).code == 0
    assert "Bye" in (tmp_path / "r.html").read_text(encoding="utf-8")


def spoiled(results, change):
    """The results with a change to the last record."""
    path = results / "results.jsonl"
    *first, last = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*first, change(json.loads(last))]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["html", "xlsx"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda r: json.dumps(r | {"schema": 2}),
            "results.jsonl:2: not a result of schema 1: found schema 2",
        ),
        (lambda r: json.dumps({k: r[k] for k in r if k != "total"}), "results.jsonl:2: not a whole result"),
        (lambda r: "{", "results.jsonl:2: not JSON"),
    ],
)
def test_results_that_are_not_whole(run, results, tmp_path, change, message, suffix):
    done = run("report", spoiled(results, change), "-o", tmp_path / "out" / f"r.{suffix}")
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 1
    assert not list((tmp_path / "out").iterdir())


def test_nothing_to_report(run, tmp_path):
    empty = tmp_path / "results.jsonl"
    empty.write_text("", encoding="utf-8")
    done = run("report", empty, "-o", tmp_path / "r.html")
    assert (done.code, "at least one scored contact; the results hold none" in done.err) == (2, True)
    asr.write([asr.Failure("a.txt", "read", "no_dialogue", "m")], empty)
    done = run("report", empty, "-o", tmp_path / "r.html")
    assert (done.code, "only 1 that could not be scored" in done.err) == (2, True)
    assert not list(tmp_path.glob("r.html*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "-o", "r.html"], "nowhere: cannot be read: No such file or directory"),
        (["RESULTS", "-o", "r.pdf"], "a report is a .html or .xlsx file"),
        (["RESULTS", "-o", "."], "a report is a .html or .xlsx file"),
        (["RESULTS", "-o", "results/results.jsonl/r.html"], "cannot be written"),
        (["RESULTS", "--settings", "nowhere.yaml"], "nowhere.yaml"),
        (["RESULTS", "--lang", "fr"], "zh"),
    ],
)
def test_mistakes_are_one_message(run, results, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    done = run("report", *(results if a == "RESULTS" else a for a in arguments))
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err
