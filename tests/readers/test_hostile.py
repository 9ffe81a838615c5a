"""Bombs, traps and lies: each ends as a failure or as an ordinary transcript, soon and in little memory."""

import gzip
import io
import json
import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from autoscorer.readers import files, read_many, sheets
from autoscorer.readers.files import File
from autoscorer.types import Failure, Transcript

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "one_in_every_format"
XLSX, DOCX = SAMPLES / "hotel_extend_stay.xlsx", SAMPLES / "hotel_extend_stay_table.docx"
LOL = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (c + 1, b"&%c;" % c * 10) for c in range(ord("a"), ord("a") + 9)
) + b"]>"  # fmt: skip


def altered(path, to, **members):
    """A copy of an archive with the bytes of some members changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = next((c for key, c in members.items() if name.endswith(key.replace("__", "."))), None)
            new.writestr(name, change(old.read(name)) if change else old.read(name))
    return to


def one(path):
    """The one thing that reading gives, in time."""
    began = time.process_time()
    (item,) = read_many([path])
    assert time.process_time() - began < 10
    return item


def with_entities(xml):
    head, _, body = xml.partition(b"?>")
    return head + b"?>" + LOL + body.replace(b"</w:t>", b"&j;</w:t>", 1).replace(b"<v>", b"<v>&j;", 1)


class TestBombs:
    def test_entities_in_a_workbook(self, tmp_path):
        item = one(altered(XLSX, tmp_path / "a.xlsx", sheet1__xml=with_entities))
        assert isinstance(item, Failure) and item.code == "corrupt"

    def test_entities_in_a_document(self, tmp_path):
        item = one(altered(DOCX, tmp_path / "a.docx", document__xml=with_entities))
        assert isinstance(item, Failure) or all(len(u.text) < 10_000 for u in item.utterances)

    def test_a_document_reads_no_other_file(self, tmp_path):
        secret = tmp_path / "secret.txt"
        secret.write_text("geheim", encoding="utf-8")
        entity = f'<!DOCTYPE x [<!ENTITY j SYSTEM "{secret.as_uri()}">]>'.encode()

        def outward(xml):
            return with_entities(xml).replace(LOL, entity)

        for path, name in ((DOCX, "document__xml"), (XLSX, "sheet1__xml")):
            item = one(altered(path, tmp_path / f"a{path.suffix}", **{name: outward}))
            assert isinstance(item, Failure) or "geheim" not in "".join(u.text for u in item.utterances)

    @pytest.mark.parametrize("source", [XLSX, DOCX], ids=["xlsx", "docx"])
    def test_what_unpacks_to_too_much(self, tmp_path, source):
        path = tmp_path / f"a{source.suffix}"
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
            with new.open("xl/media.bin", "w") as member:
                for _ in range(40):
                    member.write(bytes(1 << 20))
        item = one(path)
        assert (item.code, path.stat().st_size < 200_000) == ("too_large", True)

    def test_a_size_that_lies(self, tmp_path):
        """The directory of the archive says one byte; what comes is more."""
        data = altered(XLSX, tmp_path / "a.xlsx").read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo("xl/worksheets/sheet1.xml")
        lied = data.replace(info.file_size.to_bytes(4, "little"), (1).to_bytes(4, "little"))
        (tmp_path / "b.xlsx").write_bytes(lied)
        assert isinstance(one(tmp_path / "b.xlsx"), Failure)

    @pytest.mark.parametrize(
        "place", [b'r="A99999999"', b'r="ZZZZZZ1"', b'r="ZZZZZZZZZZZZ1"', b'r="A0"', b'r="-1"']
    )
    def test_cells_in_places_that_do_not_exist(self, tmp_path, place):
        def moved(xml):
            return xml.replace(b'<row r="2"', b'<row r="99999999"', 1).replace(b'r="B2"', place, 1)

        tracemalloc.start()
        item = one(altered(XLSX, tmp_path / "a.xlsx", sheet1__xml=moved))
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
        tracemalloc.stop()
        assert isinstance(item, Failure | Transcript)

    def test_too_many_cells(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sheets, "MAX_CELLS", 10)
        assert one(XLSX).code == "too_large"

    def test_gzip(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
        path = tmp_path / "a.txt.gz"
        path.write_bytes(gzip.compress(bytes(16 << 20)))
        assert one(path).code == "too_large"

    @pytest.mark.parametrize("depth", [200, 5000, 300_000])
    @pytest.mark.parametrize("suffix", ["json", "jsonl"])
    def test_deep_json(self, tmp_path, depth, suffix):
        deep = "[" * depth + "]" * depth
        for text in (
            deep,
            '{"turns": [{"role": "客服", "text": "您好"}, {"role": "客户", "text": "退货"}], "m": '
            + deep
            + "}",
        ):
            (tmp_path / f"a.{suffix}").write_text(text + "\n", encoding="utf-8")
            item = one(tmp_path / f"a.{suffix}")
            assert isinstance(item, Transcript) or item.code in ("bad_json", "no_dialogue")


class Endless(io.RawIOBase):
    """A line of `size` bytes that is nowhere in memory or on disk, then a good line."""

    GOOD = json.dumps({"turns": [["客服", "您好"], ["客户", "你好，我要退货"]]}).encode()

    def __init__(self, size):
        self.left, self.tail = size, b"\n" + self.GOOD + b"\n"

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.left:
            size = min(len(buffer), self.left)
            buffer[:size] = b"x" * size
            self.left -= size
            return size
        part, self.tail = self.tail[: len(buffer)], self.tail[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.slow
def test_a_line_of_a_gigabyte_is_passed_over_in_little_memory(monkeypatch):
    """Memory stays within a few times MAX_LINE, however long the line; the next line is read."""
    stream = io.BufferedReader(Endless(1 << 30))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
    tracemalloc.start()
    first, second = read_many(["-"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (first.code, first.source) == ("line_too_long", "-:1")
    assert isinstance(second, Transcript)
    assert peak < 6 * files.MAX_LINE


class TestPaths:
    def test_loops_of_links_end(self, tmp_path):
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "b" / "up").symlink_to(tmp_path / "a")
        (tmp_path / "a" / "self.txt").symlink_to(tmp_path / "a" / "self.txt")
        (tmp_path / "a" / "x.txt").write_text("客服：您好\n客户：退货\n", encoding="utf-8")
        (item,) = read_many([tmp_path])
        assert isinstance(item, Transcript)

    @pytest.mark.parametrize(
        "name", ["a\nb.txt", "a\x1b[31m.txt", "a\u202eb.txt", "-o.txt", "=1+1.txt", "..txt", " .txt"]
    )
    def test_odd_names(self, tmp_path, name):
        (tmp_path / name).write_text("客服：您好\n客户：退货\n", encoding="utf-8")
        (item,) = read_many([tmp_path / name])
        assert isinstance(item, Transcript) and item.source.endswith(name)

    def test_bytes_that_are_no_text(self, tmp_path):
        path = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
        Path(os.fsdecode(path)).write_text("客服：您好\n客户：退货\n", encoding="utf-8")
        (item,) = read_many([tmp_path])
        item.source.encode("utf-8")

    def test_a_pipe_and_a_device_are_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "p.txt")
        assert one(tmp_path / "p.txt").code == "unreadable"
        assert one("/dev/zero").code in ("unreadable", "unsupported_format")


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)  # a hole: it takes no room on disk
    monkeypatch.setattr(File, "open", None)
    assert one(path).code == "too_large"
