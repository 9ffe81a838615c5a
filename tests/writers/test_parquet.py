"""Parquet out: readable by others, in parts, and the whole record within."""

import json
import sys

import pytest

from autoscorer import MissingExtra, load_results, write
from autoscorer.record import from_record
from autoscorer.writers import parquet
from tests.writers.conftest import FAILED, card_of

pq = pytest.importorskip("pyarrow.parquet")


def test_columns_criteria_and_record(tmp_path):
    results = [card_of(team="东", order_id=10**30), FAILED]
    write(results, tmp_path / "r.parquet")
    one, two = pq.read_table(tmp_path / "r.parquet").to_pylist()
    assert (one["id"], one["total"], one["team"], one["order_id"]) == (
        "c1",
        results[0].total,
        "东",
        str(10**30),
    )
    assert [c["criterion"] for c in one["criteria"]] == [c.criterion for c in results[0].criteria]
    assert (two["code"], two["total"], two["criteria"]) == ("empty", None, [])
    assert [from_record(json.loads(row["record"])) for row in (one, two)] == results


def test_many_contacts_are_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "GROUP", 2)
    monkeypatch.setattr(parquet, "ROWS", 4)
    write((card_of(id=str(n)) for n in range(11)), tmp_path, formats=["parquet", "jsonl"])
    folder = tmp_path / "results.parquet"
    assert [p.name for p in sorted(folder.iterdir())] == [f"part-0000{n}.parquet" for n in range(3)]
    ids = [r["id"] for p in sorted(folder.iterdir()) for r in pq.read_table(p).to_pylist()]
    assert ids == [str(n) for n in range(11)] == [r.analysis.transcript.id for r in load_results(tmp_path)]


def test_a_folder_of_someone_else_stays(tmp_path):
    (tmp_path / "r.parquet").mkdir()
    (tmp_path / "r.parquet" / "mine.txt").write_text("x")
    with pytest.raises(Exception, match="not a results file"):
        write([FAILED], tmp_path / "r.parquet")
    assert (tmp_path / "r.parquet" / "mine.txt").read_text() == "x"


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'autoscorer\[parquet\]'"):
        write([FAILED], tmp_path / "r.parquet")
