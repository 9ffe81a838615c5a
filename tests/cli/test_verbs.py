"""The other verbs: rescore, explain, check, info, schema; help and version."""

import json
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from autoscorer import load_results, resources
from tests.cli.conftest import TALK, line

VERBS = ["score", "rescore", "explain", "check", "info", "schema"]


def test_help(run):
    done = run("--help")
    assert done.code == 0
    assert [verb for verb in VERBS if f" {verb} " not in done.out] == []


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb(run, verb):
    done = run(verb, "--help")
    assert done.code == 0
    assert re.match(rf"Usage: .*autoscorer {verb} ", done.out)


def test_version(run):
    assert run("--version").out == version("autoscorer") + "\n"


def test_without_a_verb_the_help(run):
    done = run()
    assert done.code == 2
    assert re.match("Usage: .*autoscorer ", done.out + done.err)


def test_unknown_verb(run):
    assert run("scroe").code == 2


class TestRescore:
    def test_the_same_rubric_gives_the_same_bytes(self, run, score, calls, tmp_path):
        score(calls, "-o", tmp_path / "one")
        done = run("rescore", tmp_path / "one", "-o", tmp_path / "two")
        assert done.code == 1
        for path in (tmp_path / "one").glob("results.*"):
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()

    def test_another_rubric(self, run, score, good, rubric, tmp_path):
        score(good, "-o", tmp_path / "o.jsonl")
        done = run("rescore", tmp_path / "o.jsonl", "--rubric", rubric, "--format", "jsonl")
        assert done.out == score(good, "--rubric", rubric, "--format", "jsonl").out
        assert {(r["rubric"], r["total"]) for r in done.records()} == {("short@3", 50.0)}
        earlier = list(load_results(tmp_path / "o.jsonl"))
        assert (
            done.records()[0]["provenance"]["rubric_sha256"]
            != earlier[0].analysis.provenance["rubric_sha256"]
        )

    def test_fail_under_and_language(self, run, score, good, rubric, tmp_path):
        score(good, "-o", tmp_path / "o.jsonl")
        done = run("rescore", tmp_path / "o.jsonl", "--rubric", rubric, "--fail-under", "60", "--lang", "en")
        assert done.code == 3
        assert "fine" in done.out

    def test_never_over_its_input(self, run, score, good, tmp_path):
        score(good, "-o", tmp_path / "o")
        before = (tmp_path / "o" / "results.jsonl").read_bytes()
        for target in (tmp_path / "o", tmp_path / "o" / "results.jsonl"):
            done = run("rescore", tmp_path / "o", "-o", target)
            assert done.code == 2
            assert "is an input" in done.err
        assert (tmp_path / "o" / "results.jsonl").read_bytes() == before

    @pytest.mark.parametrize(
        ("content", "words"),
        [("{", ":1: not JSON"), ('{"schema": 9}', "found schema 9"), (line(), "found schema none")],
    )
    def test_what_are_no_results(self, run, tmp_path, content, words):
        (tmp_path / "x.jsonl").write_text(content, encoding="utf-8")
        done = run("rescore", tmp_path / "x.jsonl", "-o", tmp_path / "o.jsonl")
        assert done.code == 2
        assert words in done.err
        assert not (tmp_path / "o.jsonl").exists()

    def test_a_terminal_obeys_nothing_in_them(self, run, tmp_path):
        (tmp_path / "x.jsonl").write_text('{"schema": "\\u001b[2J"}', encoding="utf-8")
        done = run("rescore", tmp_path / "x.jsonl")
        assert done.code == 2
        assert "\x1b" not in done.err

    def test_a_missing_file(self, run, tmp_path):
        done = run("rescore", tmp_path / "none")
        assert done.code == 2
        assert "cannot be read" in done.err

    def test_it_loads_no_model_and_no_segmenter(self, score, good, tmp_path):
        score(good, "-o", tmp_path / "o.jsonl")
        code = (
            "import sys; from autoscorer.cli import main\n"
            f"sys.argv = ['autoscorer', 'rescore', {str(tmp_path / 'o.jsonl')!r}, '-q']\n"
            "try: main()\n"
            "except SystemExit as leave: assert not leave.code\n"
            "print(*{'onnxruntime', 'numpy', 'spacy', 'jieba'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "\n"


class TestExplain:
    def test_one_contact(self, run, tmp_path, rubric):
        (tmp_path / "a.json").write_text(line("甲一"), encoding="utf-8")
        done = run("explain", "--no-models", tmp_path / "a.json", "--rubric", rubric)
        assert done.code == 0
        lines = [text.strip() for text in done.out.splitlines()]
        assert lines[0] == "甲一"
        assert lines[1].startswith("总分 50  好  不合格")
        assert [text for _, text in TALK if not any(text in one for one in lines)] == []
        assert "✓ 问候  1/1" in lines and "✗ 道别  0/1" in lines
        assert lines[lines.index("✓ 问候  1/1") + 1].startswith("符合：第 2 轮“您好")
        assert "段  1/2 × 100%" in lines

    def test_english(self, run, tmp_path, rubric):
        (tmp_path / "a.json").write_text(line("x"), encoding="utf-8")
        out = run("explain", "--no-models", tmp_path / "a.json", "--rubric", rubric, "--lang", "en").out
        assert "total 50  fine  not passed" in out
        assert "Part  1/2 × 100%" in out and "✓ Hello  1/1" in out

    def test_one_of_several(self, run, good):
        done = run("explain", "--no-models", good, "--id", "g2")
        assert done.code == 0
        assert done.out.startswith("g2\n")

    def test_several_need_an_id(self, run, good):
        done = run("explain", "--no-models", good)
        assert (done.code, done.out) == (2, "")
        assert "holds 2 conversations; choose one by --id: g1, g2" in done.err

    def test_an_id_that_is_not_there(self, run, good):
        done = run("explain", "--no-models", good, "--id", "g3")
        assert done.code == 2
        assert "no conversation 'g3'; there are: g1, g2" in done.err

    def test_stdin(self, run):
        done = run("explain", "--no-models", "-", stdin=line("s1").encode())
        assert done.code == 0
        assert done.out.startswith("s1\n")

    def test_what_cannot_be_read(self, run, tmp_path):
        done = run("explain", "--no-models", tmp_path / "none.txt")
        assert (done.code, done.out) == (1, "")
        assert "[not_found]" in done.err

    def test_inferred_roles_are_told(self, run, tmp_path):
        text = "说话人1：您好，这里是客服，工号零八，请问有什么可以帮您\n说话人2：我要退货\n" * 2
        (tmp_path / "r.txt").write_text(text, encoding="utf-8")
        assert "角色为推断" in run("explain", "--no-models", tmp_path / "r.txt").out

    def test_marks_stand_where_the_words_stand(self, run, tmp_path, monkeypatch, rubric):
        """On a terminal, what was found is underlined: the very characters."""
        monkeypatch.setenv("FORCE_COLOR", "1")
        (tmp_path / "a.json").write_text(
            line("x", [["agent", "\x1b喂，您好\x07呀"], ["customer", "你好"]]), encoding="utf-8"
        )
        out = run("explain", "--no-models", tmp_path / "a.json", "--rubric", rubric).out
        assert (
            "\x1b[1;4m\ufffd喂，您好\x1b[0m\ufffd呀" in out or "\ufffd喂，\x1b[1;4m您好\x1b[0m\ufffd呀" in out
        )


class TestCheck:
    def test_the_defaults(self, run):
        done = run("check", "--no-models")
        assert done.code == 0
        rules, rubric, models = done.out.splitlines()
        assert rules.startswith("rules   ok  default@1: ")
        assert rubric.startswith("rubric  ok  default@1: 5 sections, ")
        assert models == "models  --  not checked (--no-models)"

    @pytest.mark.models
    def test_the_models(self, run):
        done = run("check")
        assert done.code == 0
        assert done.out.splitlines()[2] == "models  ok  behaviors, empathy, encoder, quality, sentiment"

    def test_all_mistakes_with_their_lines(self, run, tmp_path, rubric):
        rubric.write_text(rubric.read_text().replace("greeting", "hello").replace("farewell", "bye"))
        done = run("check", "--no-models", "--rubric", rubric)
        assert (done.code, done.out) == (2, "")
        assert f"{rubric}:10: " in done.err and f"{rubric}:11: " in done.err

    @pytest.mark.parametrize("content", [None, {}, {"sentiment/config.json": "{"}])
    def test_bad_models(self, run, tmp_path, content):
        folder = tmp_path / "models"
        for name, text in (content or {}).items():
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_text(text)
        done = run("check", "--models", folder)
        assert done.code == 2
        assert ("sentiment/config.json" if content else "there is no such folder of models") in done.err


@pytest.mark.models
def test_info(run):
    done = run("info")
    assert done.code == 0
    facts = dict(
        row.split(maxsplit=1)
        for row in done.out.splitlines()
        if not row.startswith(("rules s", "rubric s", "model "))
    )
    assert facts["autoscorer"] == version("autoscorer")
    assert facts["formats"].split()[:2] == [".txt", ".json"]
    assert resources.sha256(resources.default_rules()) in done.out
    assert resources.sha256(resources.default_rubric()) in done.out
    assert done.out.count("\nmodel ") == 5


def test_schema(run):
    done = run("schema")
    assert done.code == 0
    assert json.loads(done.out) == json.loads(
        (resources.DATA / "result.schema.json").read_text(encoding="utf-8")
    )
