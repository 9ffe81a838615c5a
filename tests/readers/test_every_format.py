"""One conversation, written in every format, reads the same."""

import gzip
import json

import pytest

from autoscorer.readers import SUFFIXES, read

from .conftest import CHINESE, said, to_csv, to_docx, to_json, to_parquet, to_srt, to_txt, to_vtt, to_xlsx

TALK = [
    ("agent", "您好，云杉家居售后，请问有什么可以帮您？"),
    ("customer", "你好，我买的书柜少了两块层板，订单尾号是 7731。"),
    ("agent", "给您带来不便了，我马上核对一下出库清单，请稍等。"),
    ("customer", "嗯。"),
    ("agent", "核对到了，明天下午补发，运费由我们承担，您看可以吗？"),
    ("customer", "可以，谢谢。"),
]
TIMED = {"srt", "vtt"}


def write(path, kind):
    if kind == "xlsx":
        to_xlsx(path, [("角色", "内容"), *((CHINESE[r], t) for r, t in TALK)])
    elif kind.startswith("parquet"):
        to_parquet(path, TALK, rows=kind != "parquet")
    elif kind.startswith("docx"):
        to_docx(path, TALK, table=kind != "docx", header=kind == "docx table")
    else:
        text = {
            "txt": to_txt,
            "json": to_json,
            "jsonl": to_json,
            "ndjson": to_json,
            "csv": to_csv,
            "tsv": lambda talk: to_csv(talk, "\t"),
            "srt": to_srt,
            "vtt": to_vtt,
        }[kind](TALK)
        path.write_text(text, "utf-8")


KINDS = [
    "txt",
    "json",
    "jsonl",
    "ndjson",
    "csv",
    "tsv",
    "xlsx",
    "docx",
    "docx table",
    "docx bare table",
    "srt",
    "vtt",
    "parquet",
    "parquet rows",
]


def test_all_suffixes_are_covered():
    assert {f".{kind.split()[0]}" for kind in KINDS} == set(SUFFIXES)


@pytest.mark.parametrize("kind", KINDS)
def test_same_conversation(tmp_path, kind):
    path = tmp_path / f"talk.{kind.split()[0]}"
    write(path, kind)
    (found,) = read(path)
    assert said(found) == TALK
    assert (
        found.reading.format == {"ndjson": "jsonl"}.get(kind, kind.split()[0])
        and found.reading.roles == "labelled"
    )
    assert found.reading.encoding == (None if kind[:4] in ("xlsx", "docx", "parq") else "utf-8")
    assert found.id in ("talk", "c1") and found.source.startswith(path.as_posix())
    starts = [utterance.start for utterance in found.utterances]
    assert starts == ([0, 5, 10, 15, 20, 25] if kind in TIMED else [None] * 6)


@pytest.mark.parametrize("kind", ["txt", "json", "jsonl", "csv", "tsv"])
def test_gzipped(tmp_path, kind):
    plain = tmp_path / f"talk.{kind}"
    write(plain, kind)
    packed = tmp_path / f"talk.{kind}.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    (found,) = read(packed)
    assert said(found) == TALK
    assert found.id in ("talk", "c1")


def test_annotated_dialogues_are_input_too(tmp_path):
    turns = [
        {"i": 0, "role": "agent", "text": "您好", "acts": ["greeting"], "empathy_level": 0, "polite": 1},
        {"i": 1, "role": "customer", "text": "灯不亮", "cacts": [], "sentiment": -1},
    ]
    path = tmp_path / "gold.jsonl.gz"
    row = {"id": "w1", "channel": "phone", "turns": turns, "items": {"opening": 1}, "score": 62}
    path.write_bytes(gzip.compress((json.dumps(row) + "\n").encode()))
    (found,) = read(path)
    assert found.id == "w1"
    assert dict(found.metadata) == {"channel": "phone", "items": {"opening": 1}, "score": 62}
