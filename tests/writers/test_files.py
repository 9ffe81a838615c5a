"""Files appear whole or not at all, and what is not ours is never replaced."""

import pytest
from openpyxl import Workbook

from autoscorer import UsageError, load_results, write
from autoscorer.record import Written
from autoscorer.writers import DEFAULT, FORMATS, targets, writing
from tests.writers.conftest import FAILED, card_of

ALL = sorted(FORMATS)


@pytest.mark.parametrize(
    ("output", "formats", "names"),
    [
        ("r.jsonl", [], ["r.jsonl"]),
        ("r.CSV", [], ["r.CSV"]),
        ("r.xlsx", ["xlsx"], ["r.xlsx"]),
        ("r.parquet", [], ["r.parquet"]),
        ("out", ["parquet"], ["out/results.parquet"]),
        ("out", [], ["out/results.csv", "out/results.jsonl", "out/results.xlsx"]),
        ("out", ["csv"], ["out/results.csv"]),
        ("out", ["csv", "csv", "jsonl"], ["out/results.csv", "out/results.jsonl"]),
    ],
)
def test_targets(output, formats, names):
    assert sorted(path.as_posix() for path, _ in targets(output, formats)) == names


@pytest.mark.parametrize(
    ("output", "formats", "words"),
    [
        ("out", ["pdf"], "unknown format 'pdf'; allowed: jsonl, csv, xlsx"),
        ("r.pdf", [], "no format '.pdf'; allowed: jsonl, csv, xlsx, parquet, or a folder"),
        ("r.json", [], "no format '.json'"),
        ("r.csv", ["xlsx"], "one csv file; give a folder to write xlsx"),
        ("r.csv", ["csv", "jsonl"], "one csv file"),
    ],
)
def test_bad_targets(output, formats, words):
    with pytest.raises(UsageError, match=words):
        targets(output, formats)


def test_a_folder_that_looks_like_a_file(tmp_path):
    (tmp_path / "v1.2").mkdir()
    (tmp_path / "old.csv").mkdir()
    assert [path.name for path in write([FAILED], tmp_path / "v1.2", formats=["csv"])] == ["results.csv"]
    assert write([FAILED], tmp_path / "old.csv", formats=["jsonl"]) == [
        tmp_path / "old.csv" / "results.jsonl"
    ]


def test_folders_are_made(tmp_path):
    found = write([card_of()], tmp_path / "a" / "b")
    assert sorted(path.name for path in found) == [f"results.{kind}" for kind in sorted(DEFAULT)]
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == sorted(p.name for p in found)


def content(path):
    """The bytes of a result, be it a file or a folder of files."""
    if path.is_dir():
        return {child.name: child.read_bytes() for child in path.iterdir()}
    return path.read_bytes()


def foreign(path):
    """A file of another hand: what a person may well have under that name."""
    if path.suffix == ".xlsx":
        book = Workbook()
        book.active["A1"] = "mine"
        book.save(path)
    else:
        path.write_text("mine,too\n1,2\n" if path.suffix == ".csv" else '{"id": "mine"}\n', encoding="utf-8")


@pytest.mark.parametrize("suffix", ALL)
class TestReplacing:
    def test_what_is_not_ours_stays(self, tmp_path, suffix):
        path = tmp_path / f"r.{suffix}"
        foreign(path)
        before = path.read_bytes()
        with pytest.raises(UsageError, match="not a results file of autoscorer"):
            write([card_of()], path)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize(
        "content", [b"\nmine\n", b"  \nid,source\n", b"\xff\xfe\x00", b"PK\x03\x04", b"x"]
    )
    def test_odd_files_are_not_ours(self, tmp_path, suffix, content):
        path = tmp_path / f"r.{suffix}"
        path.write_bytes(content)
        with pytest.raises(UsageError):
            write([card_of()], path)
        assert path.read_bytes() == content

    def test_our_own_is_replaced(self, tmp_path, suffix):
        path, other = tmp_path / f"r.{suffix}", tmp_path / f"o.{suffix}"
        write([card_of(id="old"), FAILED], path)
        write([card_of(id="new")], path)
        write([card_of(id="new")], other)
        assert content(path) == content(other)

    def test_an_empty_run_and_an_empty_file_are_ours(self, tmp_path, suffix):
        path = tmp_path / f"r.{suffix}"
        write([], path)
        write([card_of()], path)
        (tmp_path / f"e.{suffix}").touch()
        write([card_of()], tmp_path / f"e.{suffix}")
        assert content(path) == content(tmp_path / f"e.{suffix}")

    def test_an_interruption_keeps_what_was_there(self, tmp_path, suffix):
        path = tmp_path / f"r.{suffix}"
        write([card_of(id="old")], path)
        before = content(path)

        def broken():
            yield card_of(id="new")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write(broken(), path)
        assert content(path) == before
        assert (tmp_path / f"r.{suffix}.partial").stat().st_size > 0

    def test_the_next_run_takes_the_partial_file_over(self, tmp_path, suffix):
        path = tmp_path / f"r.{suffix}"
        (tmp_path / f"r.{suffix}.partial").write_bytes(b"left over\n")
        write([card_of()], path)
        assert list(tmp_path.iterdir()) == [path]
        assert b"left over" not in content(path)

    def test_nothing_has_its_name_before_the_end(self, tmp_path, suffix):
        path = tmp_path / f"r.{suffix}"
        with writing(targets(path)) as through:
            passed = list(through(map(Written.of, [card_of(), FAILED])))
            assert not path.exists()
        assert [written.result for written in passed] == [card_of(), FAILED]
        assert path.exists()

    def test_a_place_that_cannot_be_written(self, tmp_path, suffix):
        (tmp_path / "file").write_text("x")
        with pytest.raises(UsageError, match="cannot be written"):
            write([card_of()], tmp_path / "file" / f"r.{suffix}")


def test_what_was_done_is_in_the_partial_file(tmp_path):
    def broken():
        yield from [card_of(), FAILED]
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        write(broken(), tmp_path / "r.jsonl")
    assert list(load_results(tmp_path / "r.jsonl.partial")) == [card_of(), FAILED]


def test_one_foreign_file_stops_all_and_all_stay(tmp_path):
    foreign(tmp_path / "results.xlsx")
    with pytest.raises(UsageError, match=r"results\.xlsx"):
        write([card_of()], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.xlsx"]


def test_a_later_file_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    """The earlier ones have begun by then; what was left of an older run in them was theirs to replace."""

    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FORMATS["csv"], "open", full)
    with pytest.raises(UsageError, match=r"results\.csv: cannot be written: No space left"):
        write([card_of()], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_ends_before_its_first_result_leaves_nothing(tmp_path):
    def broken():
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        write(broken(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_results_are_written_one_at_a_time(tmp_path):
    """Each result is on its way before the next is asked for: memory stays flat."""
    alive = []
    with writing(targets(tmp_path)) as through:
        cards = (alive.append(i) or Written.of(card_of(id=str(i))) for i in range(5))
        for number, _ in enumerate(through(cards), 1):
            assert len(alive) == number


def test_lone_surrogates_do_not_stop_a_writer(tmp_path):
    """JSON lines bring them back as they were; the others show a question mark."""
    write([card_of(id="a\ud800b")], tmp_path)
    assert list(load_results(tmp_path)) == [card_of(id="a\ud800b")]
    assert "a?b" in (tmp_path / "results.csv").read_text(encoding="utf-8-sig")
