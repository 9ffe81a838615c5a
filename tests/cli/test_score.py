"""`score`: where results go, what is told, and with which exit code it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autoscorer import load_results
from autoscorer.types import Scorecard
from tests.cli.conftest import line

AUTOSCORER = [sys.executable, "-m", "autoscorer"]


def test_a_table_on_stdout_and_the_rest_on_stderr(score, calls):
    done = score(calls)
    assert done.code == 1
    assert re.search(r"^会话 +总分 +等级 +合格 +轮数 +主要失分", done.out)
    rows = [row for row in done.out.splitlines()[1:] if not row.startswith(" ")]
    assert [row.split()[0] for row in rows][:2] == ["a1", "a2"]
    assert "3 scored, mean " in done.err and "2 failed" in done.err
    said = " ".join(done.err.split())  # a long path is folded
    assert re.search(r"failed: \S+b\.json: \[bad_json\]", said)
    assert re.search(r"failed: \S+d\.txt: \[empty\]", said)
    assert "failed:" not in done.out


def test_json_lines_on_stdout(score, calls):
    done = score(calls, "--format", "jsonl")
    records = done.records()
    assert done.code == 1
    assert [r["id"] for r in records] == ["a1", "a2", None, "c", None]
    assert [r.get("failure", {}).get("code") for r in records] == [None, None, "bad_json", None, "empty"]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx"])
def test_one_file(score, good, tmp_path, suffix):
    path = tmp_path / f"out.{suffix}"
    done = score(good, "-o", path)
    assert done.code == 0
    assert path.stat().st_size > 500
    assert "wrote" in done.err and "g1" in done.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["good.jsonl", f"out.{suffix}"]


def test_a_folder(score, good, tmp_path):
    assert score(good, "-o", tmp_path / "out").code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        ".run",
        "results.csv",
        "results.jsonl",
        "results.xlsx",
    ]
    assert score(good, "-o", tmp_path / "two", "--format", "csv", "--format", "table").code == 0
    assert [p.name for p in (tmp_path / "two").glob("results.*")] == ["results.csv"]


def test_stdin(score):
    done = score("-", "--format", "jsonl", stdin=f"{line('s1')}\n\n{line('s2')}\n{{\n".encode())
    assert done.code == 1
    assert [(r["id"], r["source"]) for r in done.records()] == [("s1", "-:1"), ("s2", "-:3"), (None, "-:4")]


@pytest.mark.parametrize("stdin", [b"", b"\n\n"])
def test_empty_stdin(score, stdin):
    done = score("-", "--format", "jsonl", stdin=stdin)
    assert done.code == 1
    assert [r["source"] for r in done.records()] == ["-"]


def test_quiet(score, good, calls, tmp_path):
    done = score(good, "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    done = score(calls, "-q", "-o", tmp_path / "o.jsonl")
    assert (done.code, done.out, done.err) == (1, "", "")
    assert len(score(good, "-q", "--format", "jsonl").records()) == 2


def test_fail_under(score, good, calls, rubric):
    assert score(good, "--rubric", rubric, "--fail-under", "50").code == 0  # both have 50
    done = score(good, "--rubric", rubric, "--fail-under", "50.1")
    assert done.code == 3
    assert "2 below 50.1" in done.err
    assert score(calls, "--rubric", rubric, "--fail-under", "100").code == 1  # failed inputs come first


def test_languages(score, good, rubric):
    done = score(good, "--rubric", rubric, "--lang", "en")
    assert done.out.splitlines()[0].split() == [
        "contact",
        "total",
        "grade",
        "passed",
        "turns",
        "points",
        "lost",
    ]
    assert done.out.splitlines()[1].split() == ["g1", "50.0", "fine", "no", "3", "Bye", "-1"]
    zh = score(good, "--rubric", rubric).out.splitlines()[1].split()
    assert zh == ["g1", "50.0", "好", "否", "3", "道别", "-1"]


def test_more_contacts_than_the_table_shows(score, tmp_path):
    (tmp_path / "m.jsonl").write_text("".join(f"{line(f'n{i}')}\n" for i in range(45)), encoding="utf-8")
    done = score(tmp_path / "m.jsonl")
    assert "n39" in done.out and "n40" not in done.out
    assert "另有 5 个会话未显示" in done.out
    assert "45 scored" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "pdf"], "--format pdf needs -o FILE|DIR; on stdout: table, jsonl"),
        (["--format", "csv"], "--format csv needs -o FILE|DIR"),
        (
            ["--format", "pdf", "-o", "TMP/o"],
            "unknown format 'pdf'; allowed: table, jsonl, csv, xlsx, parquet",
        ),
        (["-o", "TMP/o.pdf"], "no format '.pdf'"),
        (["-o", "TMP/o.csv", "--format", "xlsx"], "one csv file"),
        (["-o", "TMP/good.jsonl"], "is an input"),
        (["-o", "TMP/x/../good.jsonl"], "is an input"),
        (["-o", "TMP/foreign.csv"], "is not a results file of autoscorer"),
        (["--rubric", "TMP/none.yaml"], "none.yaml: cannot be read"),
        (["--rubric", "TMP/good.jsonl"], "good.jsonl:"),
        (["--rubric", "TMP/bad.yaml"], "bad.yaml:1: unknown: unknown key 'unknown'"),
        (["--rules", "TMP/none.yaml"], "none.yaml: cannot be read"),
        (["--rules", "TMP/bad.yaml"], "bad.yaml:1: unknown: unknown key 'unknown'"),
        (["--fail-under", "101"], "--fail-under"),
        (["--fail-under", "x"], "--fail-under"),
        (["--workers", "0"], "--workers"),
        (["--lang", "fr"], "--lang"),
        (["--nothing"], "--nothing"),
    ],
)
def test_mistakes_in_usage(score, good, tmp_path, arguments, words):
    (tmp_path / "bad.yaml").write_text("unknown: 1\n", encoding="utf-8")
    (tmp_path / "foreign.csv").write_text("mine\n1\n", encoding="utf-8")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    done = score(good, *(a.replace("TMP", str(tmp_path)) for a in arguments))
    assert done.code == 2
    assert words in re.sub(r"[\s│]+", " ", done.err)
    assert done.out == ""
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_no_paths(run):
    done = run("score")
    assert done.code == 2
    assert "PATHS" in done.err


def test_an_output_inside_the_input_folder_is_not_read(score, calls):
    first = score(calls, "-o", calls / "out.jsonl")
    before = (calls / "out.jsonl").read_bytes()
    again = score(calls, "-o", calls / "out.jsonl")
    assert first.code == again.code == 1
    assert (calls / "out.jsonl").read_bytes() == before
    (calls / "out.jsonl.partial").write_bytes(before)
    assert score(calls, "-o", calls / "out.jsonl").code == 1
    assert (calls / "out.jsonl").read_bytes() == before
    for _ in range(2):
        assert len(list(load_results(score(calls, "-o", calls, "-q") and calls / "results.jsonl"))) == 5


def test_results_of_an_earlier_run_are_no_transcripts(run, score, calls, tmp_path):
    """In a folder they are passed over and named; asked for by name they are a failure that says what to do."""
    score(calls, "-o", calls / "old", "-q")
    olds = [f"{calls.as_posix()}/old/results.{kind}" for kind in ("csv", "jsonl", "xlsx")]
    done = score(calls, "-o", tmp_path / "o.jsonl")
    assert len(list(load_results(tmp_path / "o.jsonl"))) == 5
    assert re.findall(r"passed over: (\S+): results of autoscorer", " ".join(done.err.split())) == olds
    assert score(calls / "old", "--format", "jsonl").records()[0]["failure"]["code"] == "no_transcripts"
    by_name = score(*olds, "--format", "jsonl").records()
    assert [r["source"] for r in by_name] == olds
    assert {(r["failure"]["code"], r["failure"]["hint"]) for r in by_name} == {
        ("own_results", "use rescore to score them again")
    }
    piped = score("-", "--format", "jsonl", stdin=Path(olds[1]).read_bytes()).records()
    assert [(r["source"], r["failure"]["code"]) for r in piped] == [("-", "own_results")]
    assert run("rescore", calls / "old", "-q").code == 1


@pytest.mark.parametrize("head", ['"schema": 1', '"schema": "x", "id": "1"', '"id": "1", "source": "s"'])
def test_a_transcript_that_looks_like_a_result_is_read(score, tmp_path, head):
    (tmp_path / "a.json").write_text(f"{{{head}, {line()[1:]}", encoding="utf-8")
    (record,) = score(tmp_path, "--format", "jsonl").records()
    assert record["total"] > 0


def test_no_input_is_lost_or_doubled(score, calls, tmp_path):
    """As many results as conversations and failures, each source once, in the order of the files."""
    (calls / "sub").mkdir()
    (calls / "sub" / "e.jsonl").write_text("".join(f"{line(f'e{i}')}\n" for i in range(70)), encoding="utf-8")
    score(calls, "-o", tmp_path / "o.jsonl")
    results = list(load_results(tmp_path / "o.jsonl"))
    assert len(results) == 3 + 2 + 70
    sources = [r.analysis.transcript.source if isinstance(r, Scorecard) else r.source for r in results]
    assert len(set(sources)) == len(sources)
    names = [r.analysis.transcript.id for r in results[5:]]
    assert names == [f"e{i}" for i in range(70)]


def test_two_runs_are_the_same(score, calls, tmp_path):
    for name in ("one", "two"):
        score(calls, "-o", tmp_path / name)
    for path in (tmp_path / "one").glob("results.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


ESCAPES = "\x1b[31m红\x1b]0;title\x07\u202e\x9b2J"


@pytest.mark.parametrize("command", ["score", "explain"])
@pytest.mark.parametrize("bad", [False, True])
def test_a_terminal_obeys_nothing_in_a_transcript(run, tmp_path, command, bad):
    talk = [["customer", f"你好{ESCAPES}"], ["agent", f"您好{ESCAPES}，我是客服"]]
    path = tmp_path / "x.jsonl"
    path.write_text(line(f"id{ESCAPES}", [] if bad else talk, team=ESCAPES) + "\n", encoding="utf-8")
    done = run(command, "--no-models", path)
    assert done.code == (1 if bad else 0)
    assert done.out + done.err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.out + done.err)
    if command == "explain" and not bad:
        assert "id\ufffd[31m红" in done.out
        assert "您好\ufffd[31m红" in done.out


def test_a_terminal_obeys_no_file_name(score, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a\x1b[2Jb.txt").write_bytes(b"")
    (folder / "c\nd.txt").write_bytes(b"")
    done = score(folder)
    assert done.code == 1
    assert "\x1b" not in done.out + done.err
    assert done.err.count("failed: ") == 2


def test_file_names_that_are_not_utf8(score, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + "客服".encode("gbk") + b".txt")).touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    done = score(folder, "-o", tmp_path / "o")
    assert done.code == 1
    assert len(list(load_results(tmp_path / "o"))) == 1


class TestProcess:
    """What only a process of its own shows."""

    @staticmethod
    def start(*arguments, **more):
        return subprocess.Popen(
            [*AUTOSCORER, *map(str, arguments)], text=True, stderr=subprocess.PIPE, **more
        )

    def test_the_reader_of_the_output_leaves(self, tmp_path):
        path = tmp_path / "m.jsonl"
        path.write_text("".join(f"{line(f'n{i}')}\n" for i in range(200)), encoding="utf-8")
        process = self.start("score", "--no-models", path, "--format", "jsonl", stdout=subprocess.PIPE)
        assert json.loads(process.stdout.readline())["id"] == "n0"
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(30) == 1
        assert "Traceback" not in errors and "Exception" not in errors

    @pytest.mark.slow
    @pytest.mark.parametrize("workers", [1, 2])
    def test_interrupted(self, tmp_path, workers):
        (tmp_path / "in").mkdir()
        text = "".join(
            f"{line(f'n{i}', [['customer', '你好，我要退货'], ['agent', '您好，我来帮您']] * 40)}\n"
            for i in range(2000)
        )
        (tmp_path / "in" / "a.jsonl").write_text(text, encoding="utf-8")
        old = tmp_path / "o.jsonl"
        before = '{"schema": 1, "id": "old", "source": "s", "rubric": "r@1"}\n'
        old.write_text(before, encoding="utf-8")
        process = self.start(
            "score", "--no-models", tmp_path / "in", "-o", old, "--workers", workers,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # CI may have it ignored
        )  # fmt: skip
        partial = tmp_path / "o.jsonl.partial"
        until = time.monotonic() + 40
        while not (partial.exists() and partial.stat().st_size) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "Traceback" not in errors
        assert old.read_text(encoding="utf-8") == before
        lines = partial.read_text(encoding="utf-8").splitlines()
        assert [json.loads(one)["id"] for one in lines] == [f"n{i}" for i in range(len(lines))]
        assert 0 < len(lines) < 2000

    @pytest.mark.parametrize("encoding", ["gbk", "ascii"])
    @pytest.mark.parametrize("command", [["score"], ["explain"], ["score", "--format", "jsonl"]])
    def test_a_terminal_of_another_encoding(self, tmp_path, command, encoding):
        """As on Windows: what it cannot show is replaced, but JSON is escaped and loses nothing."""
        path = tmp_path / "x.jsonl"
        path.write_text(line("🙂1", [["customer", "你好🙂"], ["agent", "您好"]]), encoding="utf-8")
        done = subprocess.run(
            [*AUTOSCORER, *command, "--no-models", path],
            env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True, timeout=30,
        )  # fmt: skip
        shown = done.stdout.decode(encoding)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
        assert json.loads(shown)["id"] == "🙂1" if "jsonl" in command else "?1" in shown


@pytest.mark.slow
def test_four_workers_give_the_same_bytes(score, calls, tmp_path):
    (calls / "e.jsonl").write_text("".join(f"{line(f'e{i}')}\n" for i in range(150)), encoding="utf-8")
    for workers in (1, 4):
        assert score(calls, "-o", tmp_path / str(workers), "--workers", workers).code == 1
    for path in (tmp_path / "1").glob("results.*"):
        assert path.read_bytes() == (tmp_path / "4" / path.name).read_bytes()
