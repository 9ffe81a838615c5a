"""csv, xlsx and Word tables: columns, grouping, cells with whole dialogues."""

import datetime
import zipfile

import pytest

from autoscorer.readers import read_many

from .conftest import short, to_docx, to_xlsx

TWO = "会话ID,角色,内容,渠道\nc1,客服,您好,电话\nc2,坐席,喂,微信\nc1,客户,在吗,电话\nc2,用户,嗯,微信\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    ["角色,内容", "说话人,文本", "role,text", "Speaker,Message", "發送方,消息內容", "Sender Name,Content"],
)
def test_columns_and_delimiters(transcript, header, delimiter):
    text = f"{header}\n客服,您好\n客户,在吗\n".replace(",", delimiter)
    assert short(transcript("a.csv", text)) == ["a您好", "c在吗"]


def test_conversations_need_not_be_together(results):
    found = results("a.csv", TWO)
    assert [(one.id, short(one), one.metadata["channel"]) for one in found] == [
        ("c1", ["a您好", "c在吗"], "电话"),
        ("c2", ["a喂", "c嗯"], "微信"),
    ]
    assert [one.source[-2:] for one in found] == ["#1", "#2"]


def test_one_bad_conversation_is_one_failure(results):
    found = results("a.csv", TWO + "c3,客服,只有我,电话\n")
    assert [getattr(one, "code", "ok") for one in found] == ["ok", "ok", "single_speaker"]
    assert found[2].id == "c3"


def test_a_blank_id_means_the_one_above(results):
    found = results("a.csv", "会话ID,角色,内容\nc1,客服,您好\n,客户,在吗\nc2,客服,喂\n,客户,嗯\n")
    assert [one.id for one in found] == ["c1", "c2"]


@pytest.mark.parametrize("ids, count", [("1 2", 1), ("7 7", 1), ("7 7 8 8", 2)])
def test_a_running_number_is_no_conversation(results, ids, count):
    rows = [f"{number},{'客服' if i % 2 else '客户'},第{i}句" for i, number in enumerate(ids.split())]
    assert len(results("a.csv", "\n".join(["序号,角色,内容", *rows]))) == count


@pytest.mark.parametrize("column", ["对话内容", "内容", "dialogue", "聊天记录"])
@pytest.mark.parametrize("gap", ["\n", "<br>", "\\n", "\r\n"])
def test_a_dialogue_in_a_cell(results, column, gap):
    text = f'编号,坐席工号,{column}\n1,A1,"客服：您好{gap}客户：在吗"\n'
    text += f'2,A2,"客服：喂{gap}客户：嗯"\n3,A3,没有对话\n'
    found = results("a.csv", text)
    assert [getattr(one, "code", one.id) for one in found] == ["1", "2", "no_dialogue"]
    assert short(found[0]) == ["a您好", "c在吗"] and found[1].metadata["agent_id"] == "A2"


def test_of_two_name_columns_the_one_with_sides_counts(transcript):
    assert short(transcript("a.csv", "昵称,发送方,内容\n阿美,客服,您好\n阿宝,客户,在吗\n")) == [
        "a您好",
        "c在吗",
    ]


def test_quoted_cells(transcript):
    text = '角色,内容\n客服,"您好，""云杉"", 请讲\n第二行"\n客户,在吗\n'
    assert short(transcript("a.csv", text)) == ['a您好，"云杉", 请讲\n第二行', "c在吗"]


def test_times_and_metadata(transcript):
    text = "角色,内容,开始时间,结束时间,客户号,备注,消息\n"
    text += "客服,您好,00:01,00:03,K1,a,1\n客户,在吗,00:04,,K1,b,2\n"
    found = transcript("a.csv", text)
    assert [(u.start, u.end) for u in found.utterances] == [(1, 3), (4, None)]
    assert dict(found.metadata) == {"customer_id": "K1"}


def test_milliseconds_and_voice_columns(transcript):
    text = "channel,begin_ms,end_ms,text\n0,1500,2500,您好，很高兴为您服务\n1,3000,4000,我要退货\n"
    found = transcript("a.csv", text)
    assert [(u.role, u.start, u.end) for u in found.utterances] == [("agent", 1.5, 2.5), ("customer", 3, 4)]


@pytest.mark.parametrize(
    "text, code, names",
    [
        ("甲,乙\n1,2\n", "no_text_column", "甲, 乙"),
        ("角色,备注\n客服,x\n", "no_text_column", "角色, 备注"),
        ("内容,备注\n您好,x\n在吗,y\n", "no_role_column", "内容, 备注"),
        ("角色,内容\n", "empty", "below the header"),
        ('角色,内容\n客服,"您好\n客户,在吗\n', "bad_csv", "line"),
        ("角色,内容\n客服,您好\n,在吗\n", "unknown_role", "row 3"),
        ("角色,内容\n客服,您好\n客户,在吗\n老板,嗯\n", "unknown_role", "row 4: '老板'"),
        ("角色,内容,start\n客服,您好,nan\n客户,在吗,2\n", "bad_time", "row 2"),
    ],
)
def test_bad_tables(failure, text, code, names):
    found = failure("a.csv", text)
    assert found.code == code and names in found.message


def test_no_text_column_names_what_is_allowed(failure):
    assert "内容" in failure("a.csv", "甲,乙\n1,2\n").hint


def test_xlsx_sheets_types_and_gaps(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("数据")
    at = datetime.datetime(2024, 5, 1, 10, 0, 0)
    for row in (
        [None, None],
        ["会话ID", "角色", "内容", "时间", "坐席工号"],
        [1001.0, "客服", "您好", at, 12],
        [None, None],
        [1001, "客户", 7731, at + datetime.timedelta(seconds=9), 12],
        [1002, "客服", "喂", at, 13],
        [1002, "客户", "嗯", at, 13],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    one, two = read_many([tmp_path / "a.xlsx"])
    assert (one.id, short(one), two.id) == ("1001", ["a您好", "c7731"], "1002")
    assert [u.start for u in one.utterances] == [0, 9]
    assert dict(one.metadata) == {"agent_id": "12", "date": "2024-05-01"}


def test_xlsx_without_text_column(tmp_path):
    to_xlsx(tmp_path / "a.xlsx", [("甲", "乙"), (1, 2)])
    (found,) = read_many([tmp_path / "a.xlsx"])
    assert found.code == "no_text_column" and "甲" in found.message


def test_empty_xlsx(tmp_path):
    to_xlsx(tmp_path / "a.xlsx", [])
    (found,) = read_many([tmp_path / "a.xlsx"])
    assert found.code == "empty"


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_not_the_format(failure, kind):
    assert failure(f"a.{kind}", "客服：您好").code == f"not_{kind}"


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_another_zip(tmp_path, kind):
    with zipfile.ZipFile(tmp_path / f"a.{kind}", "w") as archive:
        archive.writestr("a.txt", "客服：您好")
    (found,) = read_many([tmp_path / f"a.{kind}"])
    assert found.code == "corrupt" and "\n" not in found.message


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_zip_bomb(tmp_path, kind):
    with zipfile.ZipFile(tmp_path / f"a.{kind}", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b" " * 30_000_000)
    (found,) = read_many([tmp_path / f"a.{kind}"])
    assert found.code == "too_large"


def test_docx_without_dialogue(tmp_path):
    to_docx(tmp_path / "a.docx", [])
    (found,) = read_many([tmp_path / "a.docx"])
    assert found.code == "no_dialogue"


def test_docx_with_a_dialogue_in_one_cell(tmp_path):
    from docx import Document

    document = Document()
    document.add_table(rows=1, cols=1).rows[0].cells[0].text = "客服：您好\n客户：在吗"
    document.save(tmp_path / "a.docx")
    (found,) = read_many([tmp_path / "a.docx"])
    assert short(found) == ["a您好", "c在吗"]


def test_docx_header_paragraphs(tmp_path):
    from docx import Document

    document = Document()
    for line in ("坐席工号：A1", "客服：您好", "客户：在吗", "地址：某路"):
        document.add_paragraph(line)
    document.save(tmp_path / "a.docx")
    (found,) = read_many([tmp_path / "a.docx"])
    assert found.metadata["agent_id"] == "A1" and short(found) == ["a您好", "c在吗\n地址：某路"]
