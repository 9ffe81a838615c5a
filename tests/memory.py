"""Peak memory of a run over few and over many contacts: it must not grow with their number.

usage: python -m tests.memory [--contacts 10000 100000] [--workers 2] [-- OPTION ...]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

from tests import kill


def peaks(folder: Path, output: Path, options: list[str]) -> dict[str, float]:
    """Peak resident memory in MB of the main process and of its largest worker; CPU seconds of the former."""
    process = kill.start(folder, output, options)
    found = {"main": 0.0, "worker": 0.0, "seconds": 0.0}

    def watch() -> None:
        while process.poll() is None:
            found["main"] = max(found["main"], _peak(process.pid))
            found["seconds"] = max(found["seconds"], _cpu(process.pid))
            found["worker"] = max([found["worker"], *map(_peak, _children(process.pid))])
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.communicate()
    watcher.join()
    return found


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()))
    except OSError:
        return []


def main() -> None:
    """Score each number of made-up contacts in a new process; print the peaks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("options", nargs="*")
    chosen = parser.parse_args()
    for contacts in chosen.contacts:
        with tempfile.TemporaryDirectory() as place:
            kill.transcripts(Path(place, "in"), contacts)
            began = time.monotonic()
            found = peaks(
                Path(place, "in"), Path(place, "out"), ["--workers", str(chosen.workers), *chosen.options]
            )
            rate = contacts / (time.monotonic() - began)
            sizes = f"main {found['main']:.0f} MB, worker {found['worker']:.0f} MB"
            busy = f"main busy {1000 * found['seconds'] / contacts:.2f} ms a contact"
            print(f"{contacts:>8} contacts: {sizes}, {busy}, {rate:.0f}/s")


if __name__ == "__main__":
    main()
