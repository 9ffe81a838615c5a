"""Small labelled data of our own writing, and the tiny models to train from."""

import csv
import io
import json
import random
import sys
from dataclasses import dataclass

import pytest

from autoscorer.cli import main
from tests import tiny

GOOD = ("物流很快 谢谢", "太赞了", "满意 很好", "很快就送到了", "客服很好 谢谢", "好的 满意")
BAD = ("物流太慢", "差 不满意", "生气 我要投诉", "太慢了 差", "客服不帮我 差", "投诉 不满意")
FILLERS = ("", "您好", "请问", "订单", "退货", "有什么", "核实一下", "送到了吗", "我要", "再见")


@dataclass
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run `autoscorer ARGUMENTS` with a store of its own."""
    monkeypatch.setenv("AUTOSCORER_MODELS", str(tmp_path / "own store"))

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["autoscorer", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = leave.code or 0
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Done(code, out, err)

    return run_command


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """A folder of tiny models, never written to."""
    return tiny.build(tmp_path_factory.mktemp("shipped"))


@pytest.fixture
def models(tmp_path):
    """A folder of tiny models that is also the store."""
    return tiny.build(tmp_path / "models")


def texts(count=80, seed=0):
    """Texts with 好评 or 差评, all different."""
    chance = random.Random(seed)
    made = {}
    while len(made) < count:
        label = chance.choice(("好评", "差评"))
        said = chance.choice(GOOD if label == "好评" else BAD)
        made[f"{chance.choice(FILLERS)}{said} {chance.choice(FILLERS)}{chance.choice(FILLERS)}"] = label
    return list(made.items())


def dialogues(count=40, seed=0):
    """Dialogues in the annotation form."""
    chance = random.Random(seed)
    for index in range(count):
        feeling = chance.choice((-1, 0, 1))
        said = {-1: chance.choice(BAD), 0: "我要退货", 1: chance.choice(GOOD)}[feeling]
        asked = chance.choice(FILLERS)
        yield {
            "id": f"d{seed}-{index}",
            "score": chance.randint(40, 100),
            "turns": [
                {"i": 0, "role": "agent", "text": f"您好 {asked} 有什么可以帮我的{index}号", "acts": ["greeting", "offer_help"],
                 "empathy_level": 0},
                {"i": 1, "role": "customer", "text": f"{said} {asked}", "sentiment": feeling,
                 "cacts": ["complaint"] if feeling < 0 else ["thank"] if "谢谢" in said else []},
                {"i": 2, "role": "agent", "text": f"好的 {'我帮您核实一下' if index % 2 else '再见'}", "empathy_level": int(feeling < 0),
                 "acts": ["action"] if index % 2 else ["farewell"]},
            ],
            "A": [feeling, feeling], "S": feeling, "E": [feeling],
        }  # fmt: skip


def write_csv(path, rows, heads=("内容", "标签")):
    """A csv file as a spreadsheet writes it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)
    return path


def write_lines(path, values):
    """A JSON-lines file."""
    path.write_text("".join(json.dumps(v, ensure_ascii=False) + "\n" for v in values), encoding="utf-8")
    return path


@pytest.fixture
def reviews(tmp_path):
    """A csv file of texts with labels of the user's own."""
    return write_csv(tmp_path / "reviews.csv", texts())


@pytest.fixture
def annotated(tmp_path):
    """A file in the annotation form."""
    return write_lines(tmp_path / "annotated.jsonl", dialogues())
