"""Runs the command line in this process, and small transcripts to run it on."""

import io
import json
import sys
from dataclasses import dataclass

import pytest

from autoscorer.cli import main

TALK = [
    ["customer", "你好，我要退货，怎么退"],
    ["agent", "您好，我是客服小林，请问订单号是多少"],
    ["customer", "好的，谢谢"],
]


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def records(self):
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(monkeypatch, capsys):
    """Run `autoscorer ARGUMENTS` with these bytes on standard input, as a new process would."""

    def run_command(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["autoscorer", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = leave.code or 0
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Done(code, out, err)

    return run_command


@pytest.fixture
def score(run):
    """Run `autoscorer score --no-models`."""

    def run_score(*arguments, **more):
        return run("score", "--no-models", *arguments, **more)

    return run_score


def line(id="c1", talk=TALK, **more):
    """A conversation as one JSON line."""
    return json.dumps(
        {"id": id, "turns": [{"role": r, "text": t} for r, t in talk], **more}, ensure_ascii=False
    )


@pytest.fixture
def calls(tmp_path):
    """A folder with three good conversations in two files, and two bad files."""
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "a.jsonl").write_text(f"{line('a1')}\n{line('a2')}\n", encoding="utf-8")
    (folder / "b.json").write_text("{", encoding="utf-8")
    (folder / "c.txt").write_text("客户：你好\n客服：您好，有什么可以帮您\n", encoding="utf-8")
    (folder / "d.txt").write_bytes(b"")
    return folder


@pytest.fixture
def good(tmp_path):
    """A file with two good conversations."""
    path = tmp_path / "good.jsonl"
    path.write_text(f"{line('g1')}\n{line('g2')}\n", encoding="utf-8")
    return path


RUBRIC = """\
id: short
version: 3
grades: [{name: 好, name_en: fine, at_least: 50}, {name: 差, name_en: bad, at_least: 0}]
sections:
  - id: s
    name: 段
    name_en: Part
    weight: 100
    criteria:
      - {id: s.hello, name: 问候, name_en: Hello, points: 1, met: {behavior: greeting}}
      - {id: s.bye, name: 道别, name_en: Bye, points: 1, met: {behavior: farewell}}
"""


@pytest.fixture
def rubric(tmp_path):
    """A rubric of two criteria; the talk above meets the first."""
    path = tmp_path / "short.yaml"
    path.write_text(RUBRIC, encoding="utf-8")
    return path
