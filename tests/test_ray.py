"""Ray: the same bytes as one process, failures as records, and nothing lost with a worker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autoscorer import MissingExtra, ScorerSpec
from autoscorer.execute import on_ray
from autoscorer.record import Written
from autoscorer.types import Failure
from tests import kill
from tests.cli.conftest import line

AUTOSCORER = [sys.executable, "-m", "autoscorer", "score"]


class _Ray:
    """Stands in for the object store."""

    @staticmethod
    def put(table):
        return table["work"].to_pylist()


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"pip install 'autoscorer\[ray\]'"):
        list(on_ray.on_ray([], ScorerSpec(use_models=False), 1, None))


def test_waves_keep_order_and_stay_small(monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(on_ray, "BLOCK", 3)
    monkeypatch.setattr(on_ray, "WAVE", 2)
    monkeypatch.setattr(on_ray, "HELD", 4)
    done = Written(b"{}", None, "read")
    items = [done if n % 3 == 0 else Failure(str(n), "read", "x", "x") for n in range(20)]
    waves = list(on_ray._waves(_Ray, iter(items)))
    assert [place for wave in waves for place in wave.items] == [i if i is done else None for i in items]
    assert sum(len(block) for wave in waves for block in wave.blocks) == sum(i is not done for i in items)
    assert all(len(wave.blocks) <= 3 and wave.held <= 4 for wave in waves)


@pytest.fixture
def contacts(tmp_path):
    """200 contacts, and one file that cannot be read."""
    kill.transcripts(tmp_path / "in", 600, turns=5)
    (tmp_path / "in" / "z.jsonl").write_text(f"{line('z')}\n{{\n", encoding="utf-8")
    return tmp_path / "in"


@pytest.mark.slow
def test_the_same_bytes_and_failures_as_records(contacts, tmp_path):
    pytest.importorskip("ray")
    assert kill.start(contacts, tmp_path / "one", ["--no-models"]).wait() == 1
    ray = kill.start(contacts, tmp_path / "ray", ["--no-models", "--engine", "ray"])
    _, errors = ray.communicate(timeout=300)
    assert ray.returncode == 1, errors.decode()
    assert kill.digests(tmp_path / "ray") == kill.digests(tmp_path / "one")
    records = map(json.loads, (tmp_path / "ray" / "results.jsonl").read_text(encoding="utf-8").splitlines())
    assert sum("failure" in record for record in records) == 2


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes in /proc")
def test_a_worker_that_is_killed_loses_nothing(contacts, tmp_path):
    pytest.importorskip("ray")
    assert kill.start(contacts, tmp_path / "one", ["--no-models"]).wait() == 1
    ray = kill.start(contacts, tmp_path / "ray", ["--no-models", "--engine", "ray", "--workers", "2"])
    killed = _kill_an_actor(ray)
    _, errors = ray.communicate(timeout=300)
    assert killed, "no actor was seen"
    assert ray.returncode == 1, errors.decode()
    assert kill.digests(tmp_path / "ray") == kill.digests(tmp_path / "one")


def _kill_an_actor(process: subprocess.Popen) -> bool:
    """SIGKILL the first Ray actor of this run that scores."""
    until = time.monotonic() + 240
    while process.poll() is None and time.monotonic() < until:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                actor = b"ray::" in (command := path.read_bytes()) and b"_Scoring" in command
                if actor and os.getsid(int(path.parent.name)) == process.pid:
                    os.kill(int(path.parent.name), signal.SIGKILL)
                    return True
            except OSError:
                continue
        time.sleep(0.05)
    return False
