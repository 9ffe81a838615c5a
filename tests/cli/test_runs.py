"""A run into a folder: what is taken from the last one, what is scored again, and that nothing is lost."""

import errno
import json
import os
import shutil

import pytest

from autoscorer import Failure, Scorer, load_results
from autoscorer.runs import parts
from tests import kill
from tests.cli.conftest import RUBRIC, line

RULES = """\
id: mine
extends: default
rules:
  - {id: greeting.mine, behavior: greeting, phrases: [有什么可以帮您]}
"""
FILES = ["results.csv", "results.jsonl", "results.xlsx"]


@pytest.fixture
def fresh(score, tmp_path):
    """Result files as a run into a new folder gives them."""

    def run_fresh(*arguments):
        folder = tmp_path / f"fresh{len(list(tmp_path.iterdir()))}"
        score(*arguments, "-o", folder)
        return files(folder)

    return run_fresh


@pytest.fixture
def scored(monkeypatch):
    """The ids of the transcripts that are analyzed from here on."""
    found, analyze = [], Scorer.analyze
    monkeypatch.setattr(Scorer, "analyze", lambda self, t: found.append(t.id) or analyze(self, t))
    return found


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("results.*")}


def said(done):
    """Standard error without its line breaks."""
    return " ".join(done.err.split())


def ids(folder):
    return [None if isinstance(r, Failure) else r.analysis.transcript.id for r in load_results(folder)]


def some_part(folder):
    return max((folder / ".run").glob("part-*.jsonl"), key=lambda path: path.stat().st_size)


def test_an_unchanged_run_scores_nothing(score, calls, tmp_path, fresh, scored):
    out = tmp_path / "out"
    score(calls, "-o", out)
    del scored[:]
    done = score(calls, "-o", out)
    assert scored == []
    assert "5 taken from the last run" in done.err
    assert files(out) == fresh(calls)


def test_unchanged_files_are_not_even_read(score, calls, tmp_path, monkeypatch):
    score(calls, "-o", tmp_path / "out")
    monkeypatch.setattr("autoscorer.runs.run.read_input", None)
    assert "5 taken" in score(calls, "-o", tmp_path / "out").err


@pytest.mark.parametrize(
    ("name", "content", "again", "words"),
    [
        ("c.txt", "客户：在吗\n客服：您好\n", ["c"], "1 changed since the last run: {}/c.txt"),
        ("a.jsonl", f"{line('a1')}\n{line('new')}\n", ["new"], "1 changed since the last run: {}/a.jsonl:2"),
        ("a.jsonl", f"{line('a1')}\n{line('a2')}\n{line('a3')}\n", ["a3"], "5 taken from the last run"),
        ("a.jsonl", f"{line('a1')}\n", [], "4 taken from the last run"),
        ("e.json", line("e"), ["e"], "5 taken from the last run"),
        ("b.json", line("b"), ["b"], "1 changed since the last run: {}/b.json"),
        ("c.txt", None, [], "4 taken from the last run"),
    ],
)
def test_what_changed_is_scored_and_said(score, calls, tmp_path, fresh, scored, name, content, again, words):
    out = tmp_path / "out"
    score(calls, "-o", out)
    del scored[:]
    if content is None:
        (calls / name).unlink()
    else:
        (calls / name).write_text(content, encoding="utf-8")
    done = score(calls, "-o", out)
    assert scored == again
    assert words.format(calls) in said(done)
    assert files(out) == fresh(calls)


def test_the_same_content_at_another_time_is_no_change(score, calls, tmp_path, scored):
    score(calls, "-o", tmp_path / "out")
    del scored[:]
    os.utime(calls / "c.txt", (1, 1))
    done = score(calls, "-o", tmp_path / "out")
    assert scored == [] and "changed" not in done.err


def test_another_rubric_runs_no_model(score, calls, rubric, tmp_path, fresh, scored):
    out = tmp_path / "out"
    score(calls, "-o", out)
    wanted = fresh(calls, "--rubric", rubric)
    del scored[:]
    for _ in range(2):
        done = score(calls, "-o", out, "--rubric", rubric)
        assert scored == []
        assert files(out) == wanted
    assert "5 taken from the last run" in done.err
    done = score(calls, "-o", out)
    assert "the rubric (short@3 -> default@1); earlier analyses are scored again, no model runs" in said(done)
    assert "3 scored again from the analyses of the last run" in done.err
    assert scored == []


def test_another_language_too(score, calls, tmp_path, fresh, scored):
    score(calls, "-o", tmp_path / "out")
    wanted = fresh(calls, "--lang", "en")
    del scored[:]
    done = score(calls, "-o", tmp_path / "out", "--lang", "en")
    assert (scored, files(tmp_path / "out")) == ([], wanted)
    assert "the language (zh -> en)" in done.err


def test_what_no_criterion_applied_to_may_be_scored_under_another_rubric(
    score, good, tmp_path, rubric, fresh
):
    never = tmp_path / "never.yaml"
    never.write_text(RUBRIC.replace("behavior: greeting}", "task: empathy, label: specific}").replace(
        "behavior: farewell}", "task: empathy, label: specific}"), encoding="utf-8")  # fmt: skip
    out = tmp_path / "out"
    assert "nothing_applicable" in score(good, "-o", out, "--rubric", never).err
    assert score(good, "-o", out, "--rubric", rubric).code == 0
    assert files(out) == fresh(good, "--rubric", rubric)


def test_other_rules_score_everything_anew(score, calls, tmp_path, fresh, scored):
    rules = tmp_path / "mine.yaml"
    rules.write_text(RULES, encoding="utf-8")
    score(calls, "-o", tmp_path / "out")
    wanted = fresh(calls, "--rules", rules)
    del scored[:]
    done = score(calls, "-o", tmp_path / "out", "--rules", rules)
    assert scored == ["a1", "a2", "c"]
    assert "changed since the last run: the rules (default@1 -> mine@1); all inputs are scored anew" in said(
        done
    )
    assert files(tmp_path / "out") == wanted
    assert len(list((tmp_path / "out" / ".run").glob("part-*"))) == 1


def test_force(score, calls, tmp_path, scored):
    score(calls, "-o", tmp_path / "out")
    del scored[:]
    assert "taken" not in score(calls, "-o", tmp_path / "out", "--force").err
    assert scored == ["a1", "a2", "c"]


def test_only_failed(score, calls, tmp_path, scored):
    out = tmp_path / "out"
    score(calls, "-o", out)
    del scored[:]
    (calls / "b.json").write_text(line("b"), encoding="utf-8")
    (calls / "c.txt").write_text("客户：变了\n客服：您好\n", encoding="utf-8")
    score(calls, "-o", out, "--only-failed")
    assert scored == ["b"]
    assert ids(out) == ["a1", "a2", "b", "c", None]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only-failed"], "holds no earlier run"),
        (["--only-failed", "--force"], "holds no earlier run"),
        (["--rubric", "RUBRIC", "--only-failed"], "would mix two kinds of results"),
    ],
)
def test_only_failed_where_it_does_not_go(score, calls, rubric, tmp_path, arguments, words):
    if "--rubric" in arguments:
        score(calls, "-o", tmp_path / "out")
    done = score(calls, "-o", tmp_path / "out", *(str(rubric) if a == "RUBRIC" else a for a in arguments))
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize("option", ["--force", "--only-failed"])
def test_only_a_folder_keeps_a_run(score, calls, tmp_path, option):
    assert "needs -o DIR" in score(calls, "-o", tmp_path / "o.jsonl", option).err


@pytest.mark.parametrize("way", ["cut", "zeros", "swapped", "gone", "emptied", "head"])
def test_a_damaged_part_is_seen_and_redone(score, calls, tmp_path, way, scored):
    out = tmp_path / "out"
    score(calls, "-o", out)
    wanted = files(out)
    part = some_part(out)
    data = part.read_bytes()
    middle = data.index(b'"a2"')
    damaged = {
        "cut": data[:middle],
        "zeros": data[:middle] + b"\0" * 64 + data[middle + 64 :],
        "swapped": data.replace("您好".encode(), "你好".encode(), 1),
        "emptied": b"",
        "head": b"x" + data[1:],
    }
    part.write_bytes(damaged[way]) if way in damaged else part.unlink()
    del scored[:]
    done = score(calls, "-o", out)
    assert scored
    assert files(out) == wanted
    assert ("damaged lines of the last run left out: 1" in done.err) is (way != "gone")


def test_a_damaged_manifest_loses_nothing(score, calls, tmp_path, scored):
    score(calls, "-o", tmp_path / "out")
    (tmp_path / "out" / ".run" / "manifest.json").write_text('{"form', encoding="utf-8")
    del scored[:]
    score(calls, "-o", tmp_path / "out")
    assert scored == []


def test_a_run_of_another_format_is_left_alone(score, calls, tmp_path):
    score(calls, "-o", tmp_path / "out")
    (tmp_path / "out" / ".run" / "manifest.json").write_text('{"format": 99}', encoding="utf-8")
    done = score(calls, "-o", tmp_path / "out")
    assert done.code == 2 and "of another version of autoscorer" in done.err


def test_the_manifest_and_parts_say_what_was_scored(score, calls, tmp_path):
    score(calls, "-o", tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / ".run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "done" and manifest["inputs"] == [str(calls)]
    assert manifest["contacts"] == {"taken": 0, "rescored": 0, "scored": 5, "changed": 0}
    assert {"version", "rules_sha256", "rubric_sha256", "models", "lang"} <= set(manifest["made"])
    found = [entry.fields for entry in parts.entries(some_part(tmp_path / "out"))]
    assert [f["input"].rpartition("/")[2] for f in found if "count" in f] == [
        "a.jsonl",
        "b.json",
        "c.txt",
        "d.txt",
    ]
    assert [f["stamp"][0] for f in found if "count" in f][-1] == 0
    assert sorted(p.name for p in (tmp_path / "out" / ".run").iterdir()) == [
        "lock",
        "manifest.json",
        "part-00001.jsonl",
    ]


def test_two_runs_do_not_share_a_folder(score, calls, tmp_path):
    from filelock import FileLock

    score(calls, "-o", tmp_path / "out")
    with FileLock(tmp_path / "out" / ".run" / "lock"):
        done = score(calls, "-o", tmp_path / "out")
    assert done.code == 2 and "another run is writing there" in done.err


def test_a_full_disk_keeps_what_was_written(score, calls, tmp_path, monkeypatch, scored):
    out, write, count = tmp_path / "out", parts.Parts._write, []

    def full(self, line):
        count.append(line)
        if len(count) == 3:
            write(self, line[:40])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, line)

    with monkeypatch.context() as patch:
        patch.setattr(parts.Parts, "_write", full)
        done = score(calls, "-o", out)
    assert done.code == 2
    assert (
        "part-00001.jsonl: cannot be written: No space left on device; what was written before stays"
        in done.err
    )
    assert not list(out.glob("results.jsonl"))
    del scored[:]
    assert score(calls, "-o", out).code == 1
    assert scored == ["a2", "c"]


def test_a_folder_that_is_removed_is_noticed(score, tmp_path, monkeypatch):
    (tmp_path / "m.jsonl").write_text("".join(f"{line(f'n{i}')}\n" for i in range(300)), encoding="utf-8")
    monkeypatch.setattr(parts, "SYNC", 0.0)
    add, count = parts.Parts.add, []

    def removing(self, *arguments):
        count.append(1)
        if len(count) == 5:
            shutil.rmtree(tmp_path / "out")
        add(self, *arguments)

    monkeypatch.setattr(parts.Parts, "add", removing)
    done = score(tmp_path / "m.jsonl", "-o", tmp_path / "out")
    assert done.code == 2
    assert "cannot be written: No such file or directory" in done.err
    assert len(count) < 20


def test_seals():
    sealed = parts.seal(b'"a":1')
    assert json.loads(sealed)["a"] == 1
    assert parts.unseal(sealed) == b'"a":1'
    assert all(parts.unseal(sealed[:cut]) is None for cut in range(len(sealed)))
    assert all(parts.unseal(sealed[:at] + b"~" + sealed[at + 1 :]) is None for at in range(len(sealed)))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
@pytest.mark.parametrize("workers", [1, 2])
def test_killed_again_and_again(tmp_path, workers):
    kill.transcripts(tmp_path / "in", 150, turns=5)
    options = ["--no-models", "--workers", str(workers)]
    kill.start(tmp_path / "in", tmp_path / "calm", options).wait()
    hits = kill.disturbed(tmp_path / "in", tmp_path / "wild", options, kills=4, longest=4.0, seed=workers)
    assert hits > 0
    assert list(kill.digests(tmp_path / "calm")) == FILES
    assert kill.digests(tmp_path / "wild") == kill.digests(tmp_path / "calm")
