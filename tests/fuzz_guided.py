"""Fuzzing that is led by coverage: python -m tests.fuzz_guided SECONDS. Needs atheris (pip install atheris).

It begins with our samples and goes where new code is reached; what counts as bad is as in tests.fuzz. A bad
input ends the run with its traceback, and lies in the folder that is named at the beginning.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["autoscorer.readers", "autoscorer.yaml_file", "autoscorer.privacy"]):
    from tests import fuzz

KINDS = ("txt", "json", "jsonl", "csv", "srt", "vtt", "rules", "rubric", "results")


def case(data: bytes) -> fuzz.Case:
    """The first byte chooses the target, the rest is the file."""
    kind = KINDS[data[0] % len(KINDS)]
    if kind in ("rules", "rubric", "results"):
        return fuzz.Case(kind, "case.jsonl" if kind == "results" else "case.yaml", data[1:])
    return fuzz.Case("reader", f"case.{kind}", data[1:])


def main() -> None:
    """Write the samples as a corpus, and fuzz."""
    folder, shm = Path(tempfile.mkdtemp()), Path("/dev/shm")
    print(f"corpus and bad inputs: {folder}", file=sys.stderr)
    for number, kind in enumerate(KINDS):
        for n, seed in enumerate(fuzz.seeds(kind)):
            (folder / f"{kind}-{n}").write_bytes(bytes([number]) + seed[:8000])
    work = Path(tempfile.mkdtemp(dir=shm if shm.is_dir() else None))
    limits = [
        f"-max_total_time={sys.argv[1]}",
        "-max_len=8000",
        "-timeout=60",
        f"-artifact_prefix={folder}/bad-",
    ]
    atheris.Setup([sys.argv[0], *limits, str(folder)], lambda data: _one(data, work))
    atheris.Fuzz()


def _one(data: bytes, work: Path) -> None:
    if data:
        fuzz.run_case(case(data), work)


if __name__ == "__main__":
    main()
