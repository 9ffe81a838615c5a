"""A disk that is full, a right that is lost, a folder that goes: one clear message, and what was written is valid."""

import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest

from autoscorer import UsageError, load_results, write
from autoscorer.writers import FORMATS, targets, writing
from tests.writers.conftest import FAILED, card_of

SUFFIXES = sorted(FORMATS)


@pytest.fixture
def small_disk():
    """Files can grow to 30 kB and no further, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, old)


def many():
    """Results that differ, so that no archive packs them small."""
    for number in range(300):
        yield card_of("您好" + os.urandom(200).hex(), id=str(number), team=os.urandom(100).hex())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_said_and_the_old_file_stays(tmp_path, suffix, small_disk):
    path = tmp_path / f"r.{suffix}"
    write([card_of()], path)
    before = path.read_bytes() if path.is_file() else sorted(path.iterdir())
    with pytest.raises(UsageError, match=r"cannot be written: "):
        write(many(), path)
    assert (path.read_bytes() if path.is_file() else sorted(path.iterdir())) == before


def test_what_reached_a_full_disk_is_whole_lines(tmp_path, small_disk):
    with pytest.raises(UsageError, match=r"r\.jsonl: cannot be written: File too large"):
        write(many(), tmp_path / "r.jsonl")
    left = list(load_results(tmp_path / "r.jsonl.partial"))
    assert left and [card.analysis.transcript.id for card in left] == [str(n) for n in range(len(left))]


def test_where_one_file_fails_in_the_end_the_others_are_there(tmp_path, monkeypatch):
    def fails(self):
        self.close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FORMATS["csv"], "finish", fails)
    with pytest.raises(UsageError, match=r"results\.csv: cannot be written: No space left"):
        write([card_of(), FAILED], tmp_path, formats=["csv", "jsonl"])
    assert list(load_results(tmp_path)) == [card_of(), FAILED]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_that_is_removed_is_said(tmp_path, suffix):
    folder = tmp_path / "out"
    with (
        pytest.raises(UsageError, match=r"cannot be written: .*No such file or directory"),
        writing(targets(folder / f"r.{suffix}")) as through,
    ):
        for _ in through(iter(_written(card_of(), card_of(id="b")))):
            shutil.rmtree(folder, ignore_errors=True)


def _written(*results):
    from autoscorer.record import Written

    return map(Written.of, results)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_right_that_is_lost_is_said(tmp_path, suffix):
    folder = tmp_path / "out"
    folder.mkdir(mode=0o500)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        write([card_of()], folder / f"r.{suffix}")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [["schema"], ["--help"], ["--version"]])
def test_standard_output_on_a_full_disk(arguments):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "autoscorer", *arguments], stdout=full, stderr=-1, text=True
        )
    assert (done.returncode, done.stderr) == (2, "autoscorer: the output: No space left on device\n")
