"""Zip archives: members as inputs of their own, read where they are, and only where that is safe."""

import io
import json
import sys
import zipfile

import pytest

from autoscorer.readers import read_many
from autoscorer.types import Failure

from .conftest import to_csv, to_docx, to_json, to_txt, to_xlsx

TALK = [("agent", "您好"), ("customer", "在吗")]


def packed(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def found(path):
    return {
        r.source.removeprefix(f"{path.as_posix()}/"): r.code if isinstance(r, Failure) else r.id
        for r in read_many([path])
    }


def test_members_are_read_like_files_in_a_folder(tmp_path):
    to_docx(tmp_path / "w.docx", TALK)
    to_xlsx(tmp_path / "x.xlsx", [("角色", "内容"), ("客服", "您好"), ("客户", "在吗")])
    path = packed(
        tmp_path / "calls.zip",
        {
            "b.txt": to_txt(TALK),
            "a/c.json": to_json(TALK),
            "a/d.jsonl": f"{to_json(TALK)}\n{{\n",
            "t.csv": to_csv(TALK),
            "w.docx": (tmp_path / "w.docx").read_bytes(),
            "x.xlsx": (tmp_path / "x.xlsx").read_bytes(),
            ".hidden.txt": "x",
            "__MACOSX/._b.txt": "x",
            "notes.md": "x",
            "empty/": "",
        },
    )
    assert found(path) == {
        "a/c.json": "c1", "a/d.jsonl:1": "c1", "a/d.jsonl:2": "bad_json", "b.txt": "b", "t.csv": "t", "w.docx": "w",
        "x.xlsx": "x",
    }  # fmt: skip
    assert list(found(path)) == sorted(found(path))


@pytest.mark.parametrize(
    "name", ["../up.txt", "a/../../up.txt", "/etc/up.txt", "a\\..\\up.txt", "C:/up.txt", "C:up.txt"]
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = packed(tmp_path / "z.zip", {name: to_txt(TALK), "good.txt": to_txt(TALK)})
    assert sorted(found(path).values()) == ["good", "unsafe_name"]


def test_bombs_are_not_touched(tmp_path):
    path = packed(tmp_path / "z.zip", {"a.jsonl": b"\n" * (64 << 20), "b.txt": to_txt(TALK)}, compresslevel=9)
    assert found(path) == {"a.jsonl": "too_large", "b.txt": "b"}


def test_archives_in_archives_and_encrypted_members(tmp_path):
    inner = packed(tmp_path / "i.zip", {"a.txt": to_txt(TALK)})
    path = packed(tmp_path / "z.zip", {"i.zip": inner.read_bytes(), "e.txt": to_txt(TALK)})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(mark) + at] |= 1  # as if the last member were encrypted
    path.write_bytes(data)
    assert found(path) == {"i.zip": "unsupported_format", "e.txt": "unreadable"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04cut", b"hello", b"PK\x05\x06" + b"\xff" * 18])
def test_damaged_archives_are_one_failure(tmp_path, content):
    (tmp_path / "z.zip").write_bytes(content)
    assert list(found(tmp_path / "z.zip").values()) == ["corrupt"]


def test_a_damaged_member_does_not_stop_the_others(tmp_path):
    path = packed(tmp_path / "z.zip", {"a.txt": to_txt(TALK), "b.txt": to_txt(TALK)})
    data = bytearray(path.read_bytes())
    data[data.index(b"a.txt") + 8] ^= 0xFF
    path.write_bytes(data)
    assert found(path) == {"a.txt": "corrupt", "b.txt": "b"}


def test_nothing_in_it(tmp_path):
    assert found(packed(tmp_path / "z.zip", {"a.md": "x"})) == {
        tmp_path.as_posix() + "/z.zip": "no_transcripts"
    }


def test_names_in_gbk(tmp_path):
    name = "客服.txt".encode("gb18030")
    path = packed(tmp_path / "z.zip", {"q" * len(name): to_txt(TALK)})
    path.write_bytes(path.read_bytes().replace(b"q" * len(name), name))
    assert found(path) == {"客服.txt": "客服"}


def test_archives_in_folders_and_patterns(tmp_path):
    packed(tmp_path / "z.zip", {"a.txt": to_txt(TALK)})
    (tmp_path / "b.txt").write_text(to_txt(TALK), "utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.txt").write_text(to_txt(TALK), "utf-8")
    for given, ids in {"": "b c a", "*": "b a", "**/*.txt": "b c", "?.zip": "a"}.items():
        assert " ".join(r.id for r in read_many([tmp_path / given])) == ids
    (failure,) = read_many([tmp_path / "*.json"])
    assert failure.code == "not_found"


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    (tmp_path / "[a]*.txt").write_text(to_txt(TALK), "utf-8")
    assert [r.id for r in read_many([tmp_path / "[a]*.txt"])] == ["[a]*"]


def test_a_large_folder_is_sorted_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("autoscorer.readers.listing.BLOCK", 7)
    for number in range(50):
        (tmp_path / f"{number * 37 % 50:02}\n.txt").write_text(to_txt(TALK), "utf-8")
    assert [r.id[:2] for r in read_many([tmp_path])] == [f"{n:02}" for n in range(50)]


def test_parquet_is_read_row_by_row(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    turns = [{"role": role, "text": text} for role, text in TALK]
    rows = [{"id": f"p{i}", "turns": turns if i != 3 else [], "team": "东"} for i in range(600)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet", row_group_size=100)
    found = list(read_many([tmp_path / "p.parquet"]))
    assert [r.id for r in found] == [f"p{i}" for i in range(600)]
    assert [i for i, r in enumerate(found) if isinstance(r, Failure)] == [3]
    assert found[0].metadata == {"team": "东"} and found[5].source.endswith("p.parquet#6")


def test_parquet_with_a_text_of_the_whole_dialogue(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist([{"会话编号": "k1", "对话": to_txt(TALK)}]), tmp_path / "p.parquet")
    (one,) = read_many([tmp_path / "p.parquet"])
    assert (one.id, [u.text for u in one.utterances]) == ("k1", ["您好", "在吗"])


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    (tmp_path / "p.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (failure,) = read_many([tmp_path / "p.parquet"])
    assert failure.code == "missing_extra" and "pip install 'autoscorer[parquet]'" in failure.message


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"hello"])
def test_damaged_parquet_is_one_failure(tmp_path, content):
    (tmp_path / "p.parquet").write_bytes(content)
    (failure,) = read_many([tmp_path / "p.parquet"])
    assert failure.code == "corrupt"


def test_parquet_in_an_archive(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([json.loads(to_json(TALK))]), stream)
    assert found(packed(tmp_path / "z.zip", {"p.parquet": stream.getvalue()})) == {"p.parquet#1": "c1"}
