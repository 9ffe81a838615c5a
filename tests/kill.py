"""Kills runs at random moments until one ends, and compares its result with that of an undisturbed run.

usage: python -m tests.kill [--contacts 5000] [--kills 30] [--workers 2] [--seed 1] [-- OPTION ...]
What follows `--` is handed to `autoscorer score`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAID = {
    "customer": ["我的快递三天没动了", "你们怎么回事", "好的", "谢谢", "我要退款，太慢了", "什么时候能到", "还是没有解决"],
    "agent": [
        "您好，请问有什么可以帮您", "非常抱歉给您带来不便", "请您稍等，我马上为您查询", "已经帮您催了，今天下午六点前给您回复",
        "请问还有其他问题吗", "感谢您的来电，祝您生活愉快", "这个不归我管",
    ],
}  # fmt: skip


def transcripts(folder: Path, contacts: int, *, seed: int = 1, turns: int = 13) -> None:
    """Write made-up contacts: half of them as lines of a few files, half as files of their own."""
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    lines = [json.dumps(_contact(f"c{i}", chance, turns), ensure_ascii=False) + "\n" for i in range(contacts)]
    many = lines[: contacts // 2]
    for number in range(4):
        (folder / f"many{number}.jsonl").write_text("".join(many[number::4]), encoding="utf-8")
    for number, line in enumerate(lines[contacts // 2 :]):
        (folder / f"one{number:06}.json").write_text(line, encoding="utf-8")
    (folder / "bad.json").write_text('{"turns": [', encoding="utf-8")


def _contact(name: str, chance: random.Random, turns: int) -> dict[str, object]:
    roles = ["customer", "agent"] * (turns // 2) + ["customer"] * (turns % 2)
    said = [
        {"role": role, "text": f"{chance.choice(SAID[role])}{chance.choice('。！，～')}"} for role in roles
    ]
    return {"id": name, "turns": said}


def start(folder: Path, output: Path, options: list[str]) -> subprocess.Popen[bytes]:
    """`autoscorer score` in a session of its own, so that its workers can be killed with it."""
    command = [sys.executable, "-m", "autoscorer", "score", str(folder), "-o", str(output), "-q", *options]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE)


def kill(process: subprocess.Popen[bytes], *, workers_too: bool) -> None:
    """SIGKILL, to the main process alone or to its workers as well."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL) if workers_too else process.kill()
    process.wait()


def digests(output: Path) -> dict[str, str]:
    """The sha256 of each result file."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(output.glob("results.*"))}


def disturbed(
    folder: Path, output: Path, options: list[str], *, kills: int, longest: float, seed: int = 1
) -> int:
    """Start again and again, killing each start after up to `longest` seconds; returns the kills that hit."""
    chance, hits = random.Random(seed), 0
    for _ in range(kills):
        process = start(folder, output, options)
        try:
            process.wait(timeout=chance.uniform(0.05, longest))
        except subprocess.TimeoutExpired:
            hits += 1
            kill(process, workers_too=chance.random() < 0.5)
        _tear(output, chance)
    process = start(folder, output, options)
    _, errors = process.communicate()
    assert process.returncode in (0, 1), errors.decode()
    return hits


def _tear(output: Path, chance: random.Random) -> None:
    """Now and then damage a part, as a power cut does: cut its end off, or put zeros in its middle."""
    parts = sorted((output / ".run").glob("part-*.jsonl"))
    if not parts or chance.random() < 0.7:
        return
    part = chance.choice(parts)
    size = part.stat().st_size
    with part.open("rb+") as file:
        if chance.random() < 0.5:
            file.truncate(chance.randrange(size))
        else:
            file.seek(chance.randrange(size))
            file.write(b"\0" * min(4096, size))


def results_scored_twice(output: Path) -> int:
    """How many results stand in the parts more than once."""
    seen, twice = set(), 0
    for part in (output / ".run").glob("part-*.jsonl"):
        for line in part.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                found = json.loads(line)
                if "n" in found:
                    twice += (found["input"], found["n"]) in seen
                    seen.add((found["input"], found["n"]))
    return twice


def main() -> None:
    """Make contacts, score them undisturbed and disturbed, and say whether the results are the same."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("options", nargs="*")
    chosen = parser.parse_args()
    options = ["--workers", str(chosen.workers), *chosen.options]
    with tempfile.TemporaryDirectory() as place:
        folder, calm, wild = Path(place, "in"), Path(place, "calm"), Path(place, "wild")
        transcripts(folder, chosen.contacts, seed=chosen.seed)
        began = time.monotonic()
        start(folder, calm, options).wait()
        seconds = time.monotonic() - began
        longest = 2 * max(3.0, 1.2 * seconds / max(1, chosen.kills))
        hits = disturbed(folder, wild, options, kills=chosen.kills, longest=longest, seed=chosen.seed)
        same = digests(calm) == digests(wild)
        print(
            f"{chosen.contacts} contacts, undisturbed {seconds:.1f} s, {hits} of {chosen.kills} starts killed"
        )
        print(f"results in the parts more than once: {results_scored_twice(wild)}")
        print(f"results {'identical' if same else 'DIFFER'}: {', '.join(digests(wild))}")
    sys.exit(not same)


if __name__ == "__main__":
    main()
