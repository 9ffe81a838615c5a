"""Files, folders, standard input; every bad thing is one failure."""

import gzip
import io
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoscorer.errors import TranscriptError
from autoscorer.readers import SUFFIXES, read, read_many
from autoscorer.types import Failure, Transcript

from .conftest import short, to_srt, to_txt

TALK = [("agent", "您好"), ("customer", "在吗")]
ROW = json.dumps({"turns": [{"role": role, "text": text} for role, text in TALK]})


def codes(*paths, **options):
    return [getattr(result, "code", "ok") for result in read_many(paths, **options)]


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b.txt",
        "a/z.txt",
        "a/c.txt",
        ".hidden.txt",
        ".git/x.txt",
        "out/y.txt",
        "notes.md",
        "~$b.xlsx",
        "p.pdf",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(to_txt(TALK))
    return tmp_path


def names(folder, **options):
    return [result.source.removeprefix(f"{folder.as_posix()}/") for result in read_many([folder], **options)]


def test_folders_are_sorted_without_hidden_and_other_files(folder):
    assert names(folder) == ["a/c.txt", "a/z.txt", "b.txt", "out/y.txt"]


@pytest.mark.parametrize(
    "skip, left", [("out", "a/c.txt a/z.txt b.txt"), ("a/c.txt", "a/z.txt b.txt out/y.txt")]
)
def test_skip(folder, skip, left):
    assert names(folder, skip=[folder / skip]) == left.split()


def test_links_that_loop_end(folder):
    (folder / "a" / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "broken.txt").symlink_to(folder / "nowhere")
    assert names(folder) == ["a/c.txt", "a/z.txt", "b.txt", "out/y.txt"]


def test_missing_empty_and_unsupported(tmp_path):
    (tmp_path / "a.pdf").write_text("x")
    (tmp_path / "a.xlsx.gz").write_text("x")
    (tmp_path / "none").mkdir()
    paths = [
        tmp_path / "no.txt",
        tmp_path / "none",
        tmp_path / "a.pdf",
        tmp_path / "a.xlsx.gz",
        "a\0b.txt",
        "x" * 5000,
    ]
    assert codes(*paths) == [
        "not_found", "no_transcripts", "unsupported_format", "unsupported_format", "not_found", "not_found",
    ]  # fmt: skip
    assert ".docx" in next(iter(read_many([tmp_path / "a.pdf"]))).hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    assert codes(tmp_path / "a.txt") == ["unreadable"]


def test_a_file_that_may_not_be_opened(tmp_path, monkeypatch):
    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_text("x")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert codes(tmp_path / "a.txt") == ["unreadable"]


def test_messages_can_always_be_written(failure):
    assert "?" in failure("a.json", '{"\\ud800": 1}').message


def test_a_file_name_in_another_encoding(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    try:
        with open(path, "w") as stream:  # noqa: PTH123
            stream.write(to_txt(TALK))
    except OSError:
        pytest.skip("the file system wants UTF-8")
    (found,) = read(os.fsdecode(path))
    assert found.id == "?" and found.source.encode()


def test_deep_metadata_is_one_failure(results):
    deep = f'{ROW[:-1]}, "m": {"[" * 600}{"]" * 600}}}'
    assert [getattr(one, "code", "ok") for one in results("a.jsonl", f"{deep}\n{ROW}\n")] == [
        "bad_json",
        "ok",
    ]


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    assert codes(tmp_path / "a.txt") == ["unreadable"]
    assert codes(tmp_path) == ["no_transcripts"]


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{ROW}\nnonsense\n{ROW}".encode())))
    results = list(read_many(["-"]))
    assert [(one.source, getattr(one, "code", one.id)) for one in results] == [
        ("-:1", "stdin#1"), ("-:2", "bad_json"), ("-:3", "stdin#3"),
    ]  # fmt: skip


def test_empty_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert codes("-") == ["empty"]


def test_one_path_is_a_path(tmp_path):
    (tmp_path / "a.txt").write_text(to_txt(TALK))
    assert len(list(read_many(str(tmp_path / "a.txt")))) == len(list(read_many(tmp_path / "a.txt"))) == 1


def test_json_lines_are_read_lazily(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f"{ROW}\n" * 5)
    results = read_many([path, tmp_path / "missing.txt"])
    assert next(results).id == "a#1" and next(results).id == "a#2"


def test_read_returns_the_good_and_raises_without_any(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(f"bad\n{ROW}\n")
    assert [one.id for one in read(path)] == ["a#2"]
    path.write_text("bad\n")
    with pytest.raises(TranscriptError, match="line 1") as caught:
        read(path)
    assert caught.value.code == "bad_json" and caught.value.hint
    with pytest.raises(TranscriptError, match="folder"):
        read(tmp_path)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(ROW.encode() * 50)[:-20]], ids=["none", "cut"])
@pytest.mark.parametrize("suffix", ["jsonl", "json", "txt"])
def test_damaged_gzip(failure, suffix, content):
    assert failure(f"a.{suffix}.gz", content).code == "corrupt"


def test_a_file_that_unpacks_to_too_much(failure, monkeypatch):
    monkeypatch.setattr("autoscorer.readers.files.MAX_BYTES", 1000)
    assert failure("a.txt.gz", gzip.compress(b"x" * 5000)).code == "too_large"


@pytest.mark.parametrize("count, code", [(50_000, "ok"), (200_001, "too_many_turns")])
def test_many_turns(results, count, code):
    turns = [{"role": "客服" if i % 2 else "客户", "text": "好"} for i in range(count)]
    assert [getattr(one, "code", "ok") for one in results("a.json", {"turns": turns})] == [code]


@pytest.mark.parametrize(
    "line", ["客服：" + "啊" * 10_000_000, "啊 " * 3_000_000, "1:" * 3_000_000, "(" * 5_000_000]
)
def test_a_giant_line_is_quick(failure, line):
    assert failure("a.txt", f"客服：您好\n客户：嗯\n{line}\n").code == "text_too_long"


@pytest.mark.parametrize(
    "line", ["a " * 80, "1:" * 80, "(" * 160, " " * 159 + ":", "店" * 160, "2024-05-01 " * 14]
)
def test_awkward_lines_are_quick(transcript, line):
    transcript("a.txt", "客服：您好\n客户：嗯\n" + f"{line}\n" * 600)


SUBTITLES = [
    (["<v 坐席>您好</v>", "<v.loud 客户>在吗 &amp; 嗯</v>"], ["a您好", "c在吗 & 嗯"]),
    (["客服：您好\n{姓名}", "客户：<i>在吗</i>"], ["a您好\n{姓名}", "c在吗"]),
    (["客服：您好\n客户：在吗", "在吗在吗"], ["a您好", "c在吗\n在吗在吗"]),
]


@pytest.mark.parametrize("text, expected", SUBTITLES)
def test_subtitles(transcript, text, expected):
    cues = [f"00:0{i}.000 --> 00:0{i + 1}.000\n{cue}\n" for i, cue in enumerate(text, 1)]
    found = transcript("a.vtt", "\n".join(["WEBVTT\n", *cues]))
    assert short(found) == expected
    assert found.utterances[0].start == 1 and found.utterances[1].end == 3


@pytest.mark.parametrize("suffix", ["srt", "vtt"])
def test_subtitles_without_cues_or_speakers(failure, suffix):
    assert failure(f"a.{suffix}", "客服：您好\n").code == "no_dialogue"
    assert failure(f"a.{suffix}", "WEBVTT\n\n00:01.000 --> 00:02.000\n您好\n").code == "no_dialogue"


def test_cues_with_bad_times_do_not_raise(results):
    assert results("a.srt", to_srt(TALK).replace("00:00:05", "99:99:99"))


@pytest.mark.parametrize("name", ["readers", "cp1"])
def test_a_bug_in_a_library_is_one_failure(tmp_path, monkeypatch, name):
    def broken(file):
        raise KeyError(f"{name}\nsecond line \ud800")
        yield

    monkeypatch.setitem(__import__("autoscorer.readers.walk", fromlist=["READERS"]).READERS, ".txt", broken)
    (tmp_path / "a.txt").write_text("x")
    (found,) = read_many([tmp_path / "a.txt"])
    assert found.code == "corrupt" and "\n" not in found.message


PIECES = [
    "客服：您好\n",
    "客户：",
    '{"turns":[',
    '{"role":"agent","text":"x"}',
    "]}",
    ",",
    "\n",
    '"',
    "role,text\n",
]
MARKS = [b"\xbf\xcd\xb7\xfe\xa3\xba", b"\xff\xfe", b"\0", b"PK\x03\x04", b"\x1f\x8b\x08"]
CUES = [b"1\n00:00:01,000 --> 00:00:02,000\n", b"WEBVTT\n\n"]
pieces = st.sampled_from([*(piece.encode() for piece in PIECES), *MARKS, *CUES])
junk = st.binary(max_size=300) | st.lists(pieces | st.binary(max_size=4), max_size=20).map(b"".join)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".txt.gz", ".jsonl.gz"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk)
def test_random_bytes_never_raise(tmp_path, suffix, data):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    results = list(read_many([path]))
    assert results
    assert all(isinstance(result, Transcript | Failure) for result in results)
    for result in results:
        json.dumps(result.id)
        if isinstance(result, Failure):
            result.message.encode(), result.source.encode()
