"""Encodings, also of short texts; what is no text at all."""

import codecs

import pytest

from .conftest import short

CHAT = (
    "客服：您好，请问有什么可以帮您？\n客户：我的窗帘尺寸发错了。\n客服：抱歉，帮您登记换货。\n"
    "客户：好的。\n客服：祝您愉快。\n客户：再见。\n"
)
SHORT = "客服：您好\n客户：在吗\n"
TRAD = (
    "客服：您好，請問有什麼可以幫您？\n客戶：我的窗簾尺寸發錯了。\n客服：抱歉，幫您登記換貨。\n"
    "客戶：好的。\n客服：祝您愉快。\n客戶：再見。\n"
)
TRAD_SHORT = "客服：您好\n客戶：請問還在嗎\n"


@pytest.mark.parametrize(
    "text, codec, name",
    [
        (text, codec, codec)
        for texts, codecs_ in (((CHAT, SHORT), ()), ((TRAD, TRAD_SHORT), ("big5",)))
        for text in texts
        for codec in ("utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be", *codecs_)
    ],
)
@pytest.mark.parametrize("suffix", ["txt", "srt", "csv"])
def test_encodings(transcript, suffix, text, codec, name):
    if suffix == "srt":
        text = "\n".join(
            f"{i}\n00:00:0{i},000 --> 00:00:0{i},500\n{t}\n" for i, t in enumerate(text.splitlines())
        )
    if suffix == "csv":
        text = ("角色,內容\n" if "請" in text else "角色,内容\n") + text.replace("：", ",")
    found = transcript(f"a.{suffix}", text.encode(codec))
    assert found.reading.encoding == name
    assert {u.speaker for u in found.utterances} <= {"客服", "客户", "客戶"}


@pytest.mark.parametrize(
    "mark, codec", [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
def test_utf16_with_mark(transcript, mark, codec):
    found = transcript("a.txt", mark + SHORT.encode(codec))
    assert found.reading.encoding == codec and short(found) == ["a您好", "c在吗"]


def test_windows_big5_extensions(transcript):
    found = transcript("a.txt", "客服：您好，請問有什麼可以幫您？\n客戶：一共 20€ 嗎，粧？\n".encode("cp950"))
    assert found.reading.encoding == "big5" and "€" in found.utterances[1].text


def test_latin_text(transcript):
    found = transcript("a.txt", b"Agent: hello\nCustomer: hi\n")
    assert found.reading.encoding == "utf-8" and short(found) == ["ahello", "chi"]


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b" \n\r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "binary"),
        (bytes(1000), "binary"),
        (("客服：您好\n" * 50).encode() + b"\xff\xff\xff", "bad_encoding"),
        ("客服：您\0好\n客户：在吗\n".encode(), "bad_characters"),
        ("一段没有说话人的话。".encode(), "no_dialogue"),
        (f"客服：您好\n客户：{'啊' * 100_001}\n".encode(), "text_too_long"),
        ("客服：您好\n客服：在\n".encode(), "single_speaker"),
    ],
)
def test_bad_text(failure, content, code):
    assert failure("a.txt", content).code == code


def test_a_nul_names_the_line(failure):
    assert "line 2" in failure("a.txt", "客服：您好，在\n客户：\0嗯\n客服：好的\n".encode()).message
