"""Every form of labelled data gives the same dialogues and labels; each mistake is one message with its place."""

import gzip
import json

import openpyxl
import pytest

from autoscorer.errors import LabelError
from autoscorer.learn.gold import gold
from autoscorer.learn.labelled import read_labelled
from tests.learn.conftest import write_csv, write_lines

PAIRS = [("很好", "好评"), ("太差了", "差评"), ("还行", "中评")]


def labels(path, task="评价"):
    """Text and labels of all judged turns, in order."""
    found = gold(task, read_labelled([path]).dialogues)
    return [(d.utterances[t].text, *sorted(g)) for d in found.dialogues for t, g in d.golds.items()]


def test_csv(tmp_path):
    assert labels(write_csv(tmp_path / "a.csv", PAIRS)) == PAIRS


@pytest.mark.parametrize(
    "heads", [("text", "label"), ("评论", "分类"), ("content", "评价"), ("review", "category")]
)
def test_names_of_columns(tmp_path, heads):
    assert labels(write_csv(tmp_path / "a.csv", PAIRS, heads)) == PAIRS


def test_gb18030_and_tabs(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes("".join(f"{a}\t{b}\n" for a, b in [("内容", "标签"), *PAIRS]).encode("gb18030"))
    assert labels(path) == PAIRS


def test_xlsx(tmp_path):
    book = openpyxl.Workbook()
    for row in [("内容", "标签"), *PAIRS]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert labels(tmp_path / "a.xlsx") == PAIRS


def test_gzip(tmp_path):
    plain = write_lines(tmp_path / "a.jsonl", [{"text": a, "label": b} for a, b in PAIRS])
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert labels(tmp_path / "b.jsonl.gz") == PAIRS


def test_json_list_of_texts(tmp_path):
    (tmp_path / "a.json").write_text(
        json.dumps([{"text": a, "label": b} for a, b in PAIRS]), encoding="utf-8"
    )
    assert labels(tmp_path / "a.json") == PAIRS


@pytest.mark.parametrize("key", ["label", "labels"])
def test_doccano(tmp_path, key):
    rows = [{"id": i, "text": a, key: [b]} for i, (a, b) in enumerate(PAIRS)]
    assert labels(write_lines(tmp_path / "a.jsonl", rows)) == PAIRS


def test_old_doccano_numbers_its_labels(tmp_path):
    rows = [{"id": i, "text": a, "annotations": [{"label": i, "user": 1}]} for i, (a, _) in enumerate(PAIRS)]
    assert labels(write_lines(tmp_path / "a.jsonl", rows)) == [("很好", "0"), ("太差了", "1"), ("还行", "2")]


def test_label_studio(tmp_path):
    tasks = [
        {"id": i, "data": {"text": a}, "annotations": [
            {"was_cancelled": True, "result": [{"from_name": "s", "value": {"choices": ["错"]}}]},
            {"result": [{"from_name": "s", "type": "choices", "value": {"choices": [b]}}]},
        ]}
        for i, (a, b) in enumerate(PAIRS)
    ]  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert labels(tmp_path / "a.json") == PAIRS


def test_label_studio_min(tmp_path):
    rows = [{"id": i, "text": a, "评价": {"choices": [b]}} for i, (a, b) in enumerate(PAIRS)]
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    assert labels(tmp_path / "a.json") == PAIRS


def test_label_studio_dialogue(tmp_path):
    data = {"dialogue": [{"author": "客服", "text": "您好"}, {"author": "客户", "text": "太差了"}]}
    result = [{"from_name": "p", "value": {"start": "1", "end": "1", "paragraphlabels": ["差评"]}}]
    tasks = [{"data": data, "annotations": [{"result": result}]}]
    (tmp_path / "a.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert labels(tmp_path / "a.json") == [("太差了", "差评")]


def test_dialogues_with_the_task_s_name_in_a_turn(tmp_path):
    turns = [
        {"role": "客服", "text": "您好"},
        {"role": "客户", "text": "很好", "评价": "好评"},
        {"role": "客户", "text": "", "评价": "无"},
    ]
    path = write_lines(tmp_path / "a.jsonl", [{"id": "x", "turns": turns}, {"id": "y", "turns": turns[1:2]}])
    assert labels(path) == [("很好", "好评"), ("很好", "好评")]


def test_rows_of_a_dialogue(tmp_path):
    rows = [("a", "客服", "您好", ""), ("a", "客户", "太差了", "差评"), ("b", "客户", "很好", "好评")]
    path = write_csv(tmp_path / "a.csv", rows, ("会话ID", "角色", "内容", "评价"))
    found = gold("评价", read_labelled([path]).dialogues)
    assert [(d.id, len(d.utterances), d.golds) for d in found.dialogues] == [
        ("a", 2, {1: frozenset({"差评"})}), ("b", 1, {0: frozenset({"好评"})}),
    ]  # fmt: skip
    assert found.labels == {"customer": ("好评", "差评")}


@pytest.mark.parametrize("context", ["客服：请问怎么了", "请问怎么了"])
def test_context(tmp_path, context):
    path = write_csv(tmp_path / "a.csv", [(context, "太差了", "差评")], ("上文", "内容", "标签"))
    (dialogue,) = read_labelled([path]).dialogues
    assert [(u.role, u.text) for u in dialogue.utterances] == [
        ("agent", "请问怎么了"),
        ("customer", "太差了"),
    ]


def test_roles_of_single_texts(tmp_path):
    path = write_csv(
        tmp_path / "a.csv", [("客服", "您好", "问候"), ("坐席", "稍等", "等待")], ("角色", "内容", "标签")
    )
    assert gold("话术", read_labelled([path]).dialogues).labels == {"agent": ("等待", "问候")}


def test_several_labels_on_a_turn_make_a_task_of_many(tmp_path):
    path = write_csv(tmp_path / "a.csv", [("退货太慢", "退货|物流"), ("您好", ""), ("发票呢", "发票")])
    found = gold("诉求", read_labelled([path]).dialogues)
    assert (found.kind, found.columns) == ("many", ("发票", "物流", "退货"))
    assert [sorted(g) for d in found.dialogues for g in d.golds.values()] == [["物流", "退货"], [], ["发票"]]


def test_a_text_without_a_label_is_not_judged(tmp_path):
    assert labels(write_csv(tmp_path / "a.csv", [*PAIRS, ("没标", "")])) == PAIRS


@pytest.mark.parametrize(
    ("task", "heads", "row", "label"),
    [
        ("sentiment", ("内容", "情感"), ("差", "消极"), "negative"),
        ("sentiment", ("内容", "sentiment"), ("差", "-2"), "negative"),
        ("sentiment", ("内容", "sentiment"), ("差", "负面"), "negative"),
        ("sentiment", ("内容", "标签"), ("好", "Positive"), "positive"),
        ("empathy", ("角色", "内容", "empathy_level"), ("客服", "抱歉", "1"), "formulaic"),
        ("empathy", ("角色", "内容", "empathy"), ("客服", "您好", "无"), "none"),
        ("behaviors", ("角色", "内容", "行为"), ("客户", "谢谢", "thank"), "thank"),
        ("behaviors", ("角色", "内容", "behaviors"), ("客服", "您好", "问候"), "greeting"),
    ],
)
def test_names_of_our_labels(tmp_path, task, heads, row, label):
    assert labels(write_csv(tmp_path / "a.csv", [row], heads), task) == [(row[-2], label)]


def test_the_annotation_form(annotated):
    assert len(labels(annotated, "sentiment")) == 40
    assert len(labels(annotated, "empathy")) == 80
    assert len(labels(annotated, "behaviors")) == 120


def test_skip_leaves_a_label_unjudged(tmp_path):
    turn = {"role": "agent", "text": "您好", "acts": ["greeting"], "skip": ["rude", "empathy_level"]}
    path = write_lines(tmp_path / "a.jsonl", [{"id": "x", "turns": [turn]}])
    found = gold("behaviors", read_labelled([path]).dialogues)
    assert found.dialogues[0].skips == {0: frozenset({"rude", "empathy_level"})}
    with pytest.raises(LabelError, match="no turn has a label for the task 'empathy'"):
        gold("empathy", read_labelled([path]).dialogues)


def test_a_bad_line_is_told_and_the_rest_is_read(tmp_path):
    path = write_lines(tmp_path / "a.jsonl", [{"text": "很好", "label": "好评"}])
    path.write_text(
        path.read_text("utf-8") + '{"text": "太\n{"text": "差", "label": "差评"}\n', encoding="utf-8"
    )
    found = read_labelled([path])
    assert len(found.dialogues) == 2
    assert f"{path.as_posix()}:2: " in found.left_out[0]


RESULT = {"schema": 1, "detections": [], "predictions": [], "utterances": []}
MISTAKES = [
    ("empty.csv", "", "the file is empty"),
    ("heads.csv", "内容,标签\n", "the file is empty"),
    ("text.csv", "姓名,标签\n张三,好评\n", "2: no column holds the text (columns: 姓名, 标签)"),
    ("none.jsonl", json.dumps({"text": "您好"}), "1: no turn has a label for the task '评价'"),
    ("mine.jsonl", json.dumps(RESULT), "1: these are results of the machine"),
    (
        "spans.jsonl",
        json.dumps({"text": "您好", "label": [[0, 1, "X"]]}),
        "1: labels of spans cannot be learned",
    ),
    ("cut.jsonl", '{"text": ', "1: line 1, column 9"),
    ("file.pdf", "x", "cannot read this kind of file; allowed: .jsonl"),
    ("binary.csv", "\0\1\2\3" * 200, "the file is not text"),
    ("role.csv", "角色,内容,标签\n路人,您好,好评\n", "2: unknown role '路人'"),
]


@pytest.mark.parametrize(("name", "content", "message"), MISTAKES, ids=[name for name, *_ in MISTAKES])
def test_mistakes(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelError) as error:
        gold("评价", read_labelled([path]).dialogues)
    assert str(error.value).startswith(path.as_posix())
    assert message in str(error.value)


def test_no_file(tmp_path):
    with pytest.raises(LabelError, match="there is no such file"):
        read_labelled([tmp_path / "a.csv"])


@pytest.mark.parametrize(
    ("task", "label", "message"),
    [
        ("sentiment", "愤怒", "2: 标签: unknown label '愤怒' of task 'sentiment'; allowed: negative"),
        ("sentiment", "1", "2: 标签: unknown label '1'"),
        (
            "sentiment",
            "negative|positive",
            "2: 标签: 2 labels; the task 'sentiment' gives each turn exactly one",
        ),
        ("behaviors", "拍马", "2: 标签: unknown label '拍马' of task 'behaviors'; allowed: complaint"),
    ],
)
def test_a_label_that_our_task_lacks(tmp_path, task, label, message):
    path = write_csv(tmp_path / "a.csv", [("您好", label)])
    with pytest.raises(LabelError) as error:
        gold(task, read_labelled([path]).dialogues)
    assert message in str(error.value)


def test_a_column_that_holds_no_labels(tmp_path):
    path = write_csv(tmp_path / "a.csv", [(f"第{i}条", f"理由{i}") for i in range(60)])
    with pytest.raises(LabelError, match="60 turns with 60 different labels"):
        gold("评价", read_labelled([path]).dialogues)
