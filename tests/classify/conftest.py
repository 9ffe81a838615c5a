"""A tiny labelled set of our own, and models trained on it: seconds to build, every label there."""

import json
import shutil
from dataclasses import replace

import pytest

from autoscorer.classify.folder import AGENT, CUSTOMER, LABELS, digest
from training import build, data

SAID = {
    "greeting": "您好，上午好", "self_intro": "我是客服小林", "offer_help": "请问有什么可以帮您", "probe": "是什么时候发生的呢",
    "verify": "请核对一下您的单号", "restate": "您是说门锁打不开对吗", "apology": "非常抱歉", "empathy": "换作是我也会着急",
    "reassure": "您别担心", "solution": "您可以先重启门锁", "options": "一是换新二是退款", "consent": "您看这样可以吗",
    "action": "已经为您登记", "timeframe": "两小时之内", "hold": "请稍等片刻", "transfer": "为您转接专员",
    "followup": "明天给您回电", "confirm_resolved": "现在能打开了吗", "more_help": "还有其他问题吗", "thanks": "感谢来电",
    "farewell": "再见", "survey": "请给我评价", "shirk": "这不归我们管", "rude": "你烦不烦",
}  # fmt: skip
ASKED = {
    "complaint": ("你们太差了", -1), "urge": ("快一点", -1), "repeat": ("我都说了三遍", -1), "escalate": ("我要投诉", -2),
    "accept": ("好的可以", 0), "thank": ("谢谢你真好", 1), "": ("门锁的事", 0),
}  # fmt: skip


def dialogues(count=60):
    """Dialogues of six turns, two behaviors to an agent turn, without any drawing of lots."""
    agents, customers = list(SAID), list(ASKED)
    assert set(agents) == set(AGENT) and set(customers) - {""} == set(CUSTOMER)
    return [
        data.Dialogue(
            f"tiny-{n}",
            "written",
            tuple(
                gold
                for k in range(3)
                for gold in (
                    _customer(customers[(n + k * 3) % len(customers)], n),
                    _agent(agents[(n * 3 + k) % len(agents)], agents[(n + k * 7) % len(agents)], n),
                )
            ),
        )
        for n in range(count)
    ]


def _customer(act, n):
    text, feeling = ASKED[act]
    return {"role": "customer", "text": f"{text}，门锁{n}", "cacts": [act] * bool(act), "sentiment": feeling}


def _agent(one, two, n):
    level = 2 if "empathy" in (one, two) else 1 if "apology" in (one, two) else 0
    text = f"{SAID[one]}，{SAID[two]}，单号{n}"
    return {"role": "agent", "text": text, "acts": sorted({one, two}), "empathy_level": level}


@pytest.fixture(scope="session")
def table():
    """The rows of the tiny set."""
    return data.rows(dialogues())


@pytest.fixture(scope="session")
def built(table):
    """Each task's fitted model, before it is written."""
    return {task: build.build(task, table) for task in LABELS}


@pytest.fixture(scope="session")
def written(built, tmp_path_factory):
    """The folder of the models, as they would be shipped."""
    folder = tmp_path_factory.mktemp("tiny")
    for task, one in built.items():
        build.write(folder / task, one, data="0" * 64)
    return folder


@pytest.fixture
def models(written, tmp_path):
    """A copy of that folder, to be spoilt."""
    return shutil.copytree(written, tmp_path / "models")


def rehash(folder, **changes):
    """Write the config of a model folder anew with `changes` and the hashes of the files as they are."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    files = {name: digest(folder / name) for name in config["files"]}
    path.write_text(json.dumps({**config, "files": files, **changes}), encoding="utf-8")


def pruned(one, features):
    """A fitted model with only its first features: its table is too short for its vocabulary."""
    model = replace(one.model, weights=one.model.weights[:features])
    return replace(one, model=model)
