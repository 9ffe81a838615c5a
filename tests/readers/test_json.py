"""Shapes of JSON, and what is wrong with some."""

import json

import pytest

from .conftest import short

PAIR = [{"role": "agent", "text": "您好"}, {"role": "customer", "text": "在吗"}]
GOOD = json.dumps({"id": "g", "turns": PAIR}, ensure_ascii=False)

SHAPES = [
    {"turns": PAIR},
    {"utterances": [{"speaker": "客服", "content": "您好"}, {"speaker": "客户", "content": "在吗"}]},
    {"messages": [{"from": "坐席01", "words": "您好"}, {"from": "用户", "words": "在吗"}]},
    {
        "messages": [
            {"role": "assistant", "content": [{"type": "text", "text": "您好"}]},
            {"role": "user", "content": "在吗"},
        ]
    },
    {"dialogue": [{"name": "小美(客服)", "utterance": "您好"}, {"name": "客户", "utterance": "在吗"}]},
    {
        "dialog": [
            {"speaker": "A", "text": ["您", "好"]},
            {"speaker": "B", "text": [{"word": "在"}, {"word": "吗"}]},
        ]
    },
    {"dialogue": "客服：您好\n客户：在吗"},
    {"turns": ["客服：您好", "客户：在吗"]},
    {"turns": [["客服", "您好"], ["客户", "在吗"]]},
    {"data": [{"turns": PAIR}]},
    {"result": {"x": 1}, "data": {"sessions": [{"turns": PAIR}]}},
    {"会话ID": "7", "对话": [{"角色": "客服", "内容": "您好"}, {"角色": "客户", "内容": "在吗"}]},
    [{"turns": PAIR}],
    PAIR,
    {"turns": [*PAIR, {"role": "agent", "text": " "}, {"role": "agent", "text": None}]},
    {
        "turns": [
            {"role": "客服", "speaker": "小美", "text": "您好"},
            {"role": "客户", "speaker": None, "text": "在吗"},
        ]
    },
]


@pytest.mark.parametrize("value", SHAPES)
def test_shapes(transcript, value):
    assert short(transcript("a.json", value)) == ["a您好", "c在吗"]


def test_words_join_with_blanks_only_between_latin_ones(transcript):
    turns = [{"role": "客服", "text": ["the", "app", "更", "新", "v2"]}, {"role": "客户", "text": "嗯"}]
    assert transcript("a.json", {"turns": turns}).utterances[0].text == "the app更新v2"


def test_a_list_of_dialogues_under_a_name_that_turns_have_too(results):
    assert [short(one) for one in results("a.json", {"dialogs": [{"turns": PAIR}] * 2})] == [
        ["a您好", "c在吗"]
    ] * 2


def test_ids_and_metadata(transcript):
    found = transcript(
        "a.json", {"会话ID": 17, "工号": "A9", "渠道": "电话", "extra": {"a": [1, None]}, "turns": PAIR}
    )
    assert found.id == "17"
    assert dict(found.metadata) == {"agent_id": "A9", "channel": "电话", "extra": {"a": [1, None]}}


def test_a_list_numbers_what_has_no_id(results):
    found = results("a.json", [{"turns": PAIR}, {"id": "x", "turns": PAIR}, {"turns": 3}])
    assert [result.id for result in found] == ["a#1", "x", None]
    assert [result.source.rsplit("/", 1)[1] for result in found] == ["a.json#1", "a.json#2", "a.json#3"]
    assert found[2].code == "no_dialogue" and "turns" in found[2].message


@pytest.mark.parametrize(
    "times, expected",
    [
        ([{"start": 1.5, "end": 2}, {"start": 3}], [(1.5, 2), (3, None)]),
        ([{"begin_ms": 1500, "end_ms": 2000}, {"begin_ms": 3000}], [(1.5, 2), (3, None)]),
        ([{"time": "00:01"}, {"time": "01:00:02.5"}], [(1, None), (3602.5, None)]),
        (
            [{"time": "2024-05-01T10:00:00+08:00"}, {"time": "2024-05-01T10:00:04+08:00"}],
            [(0, None), (4, None)],
        ),
        ([{"timestamp": 1714528800000}, {"timestamp": 1714528803000}], [(0, None), (3, None)]),
        ([{"start": 9, "end": 2}, {"start": "soon"}], [(9, None), (None, None)]),
    ],
)
def test_times(transcript, times, expected):
    turns = [{**turn, **time} for turn, time in zip(PAIR, times, strict=True)]
    assert [(u.start, u.end) for u in transcript("a.json", {"turns": turns}).utterances] == expected


def test_the_first_date_is_kept(transcript):
    turns = [{**turn, "time": "2024/5/1 10:00"} for turn in PAIR]
    assert transcript("a.json", {"turns": turns}).metadata["date"] == "2024-05-01"


def test_json_lines_with_one_bad_line(results):
    found = results("a.jsonl", f'{GOOD}\n\n{{"turns": [\n{GOOD}\n[1]\n')
    assert [getattr(result, "code", "ok") for result in found] == ["ok", "bad_json", "ok", "no_dialogue"]
    assert [result.source.rsplit(":", 1)[1] for result in found] == ["1", "3", "4", "5"]
    assert "line 3" in found[1].message and "column" in found[1].message


def test_json_lines_under_a_json_name(results):
    assert [result.id for result in results("a.json", f"{GOOD}\n{GOOD}\n")] == ["g", "g"]
    assert len(results("a.json", f"{GOOD}\n{GOOD[:-4]}\n")) == 2


def test_an_indented_document_under_a_json_lines_name(transcript):
    assert transcript("a.jsonl", json.dumps({"turns": PAIR}, indent=2)).id == "a"


def test_a_line_in_another_encoding_is_one_failure(results):
    found = results("a.jsonl", f"{GOOD}\n".encode() + '{"turns": "客服"}\n'.encode("gb18030") + GOOD.encode())
    assert [getattr(result, "code", "ok") for result in found] == ["ok", "bad_encoding", "ok"]


def test_a_long_line_is_one_failure(results, monkeypatch):
    monkeypatch.setattr("autoscorer.readers.files.MAX_LINE", 500)
    found = results("a.jsonl", f'{GOOD}\n"{"x" * 5000}"\n{GOOD}\n')
    assert [getattr(result, "code", "ok") for result in found] == ["ok", "line_too_long", "ok"]
    assert found[1].source.endswith(":2")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16-le", "utf-16"])
def test_json_lines_in_other_encodings(results, encoding):
    row = json.dumps(
        {"turns": [{"role": "客服", "text": "您好，请问有什么可以帮您"}, {"role": "客户", "text": "在吗"}]},
        ensure_ascii=False,
    )
    found = results("a.jsonl", f"{row}\n{row}\n".encode(encoding))
    assert [short(one)[1] for one in found] == ["c在吗", "c在吗"]


@pytest.mark.parametrize(
    "content, code, names",
    [
        ('{"turns": [{"role": "客服", "te', "bad_json", "line 1, column"),
        ("[" * 50_000, "bad_json", "nested"),
        ('{"a":' * 50_000, "bad_json", "nested"),
        ('{"turns": ' + "1" * 5000 + "}", "bad_json", "digits"),
        ("{}", "no_dialogue", "turns"),
        ("[]", "no_dialogue", "utterance"),
        ("3", "no_dialogue", "int"),
        ('{"turns": []}', "no_dialogue", "utterance"),
        ('{"turns": [{"role": "agent"}]}', "no_dialogue", "turn 1"),
        ('{"turns": [1, 2]}', "no_dialogue", "turn 1"),
        ('{"turns": [{"role": "agent", "text": "a\\ud800"}]}', "bad_characters", "turn 1"),
        ('{"turns": [{"role": "agent", "text": "a\\u0000"}]}', "bad_characters", "U+0000"),
        ('{"id": "\\udfff", "turns": [{"role": "agent", "text": "a"}]}', "bad_characters", "id"),
        ('{"turns": [{"role": "agent", "text": "a", "start": NaN}]}', "bad_time", "turn 1"),
        ('{"turns": [{"role": "agent", "text": "a", "start": 1e999}]}', "bad_time", "inf"),
        ('{"turns": [{"role": "agent", "text": "a", "start": -1}]}', "bad_time", "-1"),
        ('{"turns": [{"role": "agent", "text": "a"}]}', "single_speaker", "customer"),
        ('{"turns": [{"text": "a"}, {"text": "b"}]}', "roles_unclear", "turn 1"),
        ('{"turns": [{"role": "agent", "text": "a"}, {"text": "b"}]}', "unknown_role", "turn 2"),
        (
            '{"turns": [{"role": "agent", "text": "a"}, {"role": "boss", "text": "b"}]}',
            "unknown_role",
            "turn 2: 'boss'",
        ),
    ],
)
def test_bad_json(failure, content, code, names):
    found = failure("a.json", content)
    assert found.code == code
    assert names in found.message


def test_bad_characters_in_metadata_and_harmless_nan(failure, transcript):
    assert failure("a.json", json.dumps({"note": "\ud800", "turns": PAIR})).code == "bad_characters"
    assert transcript("b.json", json.dumps({"score": float("nan"), "turns": PAIR})).metadata["score"] is None
