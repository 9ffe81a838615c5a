"""Throws broken input at every reader and loader: python -m tests.fuzz --cases N --seed S.

Each case is made from its number and the seed alone, so that `--case K` makes it again. A case is good when
it ends, in time, in what the contract names: transcripts and failures from readers, ConfigError from
loaders. What is not is kept, with its bytes, in the folder of --keep.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import re
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import yaml

import autoscorer
from autoscorer.detect import Detector
from autoscorer.errors import ConfigError, TranscriptError
from autoscorer.privacy import bare, mask
from autoscorer.readers import read_many
from autoscorer.record import from_record, to_record
from autoscorer.results import load_results
from autoscorer.rubric import load_rubric
from autoscorer.rules import load_rules
from autoscorer.scoring import make_scorecard
from autoscorer.segment import Segmenter
from autoscorer.types import Analysis, Failure, Transcript

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "data" / "samples"
DATA = Path(autoscorer.__file__).parent / "data"
SECONDS = 10
"""Of processor time: a case that takes longer hangs."""

SCORED = 6
"""One in so many transcripts is scored as well: scoring takes longer than all else."""
FORMATS = (
    "txt",
    "json",
    "jsonl",
    "csv",
    "tsv",
    "srt",
    "vtt",
    "xlsx",
    "docx",
    "txt.gz",
    "jsonl.gz",
    "zip",
    "parquet",
)
TARGETS = ("reader", "results", "record", "rules", "rubric")
WEIGHTS = (70, 8, 8, 7, 7)
TOKENS = [
    b"\0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x1b[31m", b"\x1b]0;x\x07", b"\r", b"\n",
    b"\r\n", b"\t", b'"', b"'", b",", b"{", b"}", b"[", b"]", b":", "：".encode(), "客服：".encode(), "客户：".encode(),
    b"-->", b"00:00:01,000", b"99:99:99.999", b"1e999", b"-1", b"NaN", b"Infinity", b"null", b"true", b"1" * 5000,
    b"[" * 3000, b'{"a":' * 3000, b"(" * 300, b"&a *a", b"<<: *a", b"!!python/object/apply:os.system ['true']",
    b"=cmd|'/c calc'!A1", "＝1＋1".encode(), b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\x85", b"A" * 9000,
    "我".encode() * 3000, b"<v ", b"{\\an8}", b"sep=;\n", b"#N/A", b"<!ENTITY a 'aaaaaaaa'>", b"&lol;", b"..//..//etc",
    b"(a+)+$", b"(?=", b"a{99999999999}", b"%s%n", b"\xf4\x90\x80\x80",
]  # fmt: skip
ODD = [
    None, True, False, 0, -1, 1.5, 10**400, 2**63, float("nan"), float("inf"), "", " ", "\0", "\ud800", "x" * 10000,
    "客服", "客户：你好\n客服：您好", [], {}, [[]], [{}], {"": ""}, [None], "2024-13-45", "99:99", "1e999", "=1+1", "../x",
    "\x1b[2J", ["客服", "您好"], {"text": "您好"}, {"turns": []},
]  # fmt: skip


class Hang(BaseException):
    """A case took too long; not an Exception, so that nothing under test swallows it."""


@dataclass(frozen=True)
class Case:
    """What one case feeds to which target; `name` is the file's name."""

    target: str
    name: str
    data: bytes


@cache
def seeds(kind: str) -> list[bytes]:
    """Good input of one kind, as bytes, in a fixed order."""
    if kind == "rules":
        return [(HERE / "fuzz_seeds" / name).read_bytes() for name in ("rules.yaml", "operators.yaml")]
    if kind == "rubric":
        small = (HERE / "fuzz_seeds" / "rubric.yaml").read_bytes()
        return [(DATA / "rubric.yaml").read_bytes(), *[small] * 9]
    if kind in ("results", "record"):
        return [json.dumps(record, ensure_ascii=False).encode() for record in _records()]
    if kind in ("zip", "parquet"):
        return [_packed() if kind == "zip" else _columns()]
    files = sorted(SAMPLES.rglob(f"*.{kind.removesuffix('.gz')}"))
    return [file.read_bytes() for file in files] or [_tsv()]


def _packed() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("txt", "jsonl", "xlsx"):
            archive.writestr(zipfile.ZipInfo(f"内/a.{kind}"), seeds(kind)[0])
    return made.getvalue()


def _columns() -> bytes:
    import pyarrow
    import pyarrow.parquet

    made = io.BytesIO()
    rows = [
        {"id": str(n), "turns": [{"role": "客服", "text": "您好"}, {"role": "客户", "text": "退货"}]}
        for n in range(20)
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), made)
    return made.getvalue()


def _tsv() -> bytes:
    return "会话ID\t角色\t内容\t时间\n1\t客服\t您好\t00:01\n1\t客户\t你好，退货\t00:05\n".encode()


@cache
def _records() -> list[dict]:
    scorer = autoscorer.Scorer(use_models=False)
    found = list(read_many([SAMPLES / "one_in_every_format"]))[:4]
    bad = Failure("x.txt", "read", "empty", "the file is empty", "hint", None)
    return [to_record(scorer.result(item)) for item in [*found, bad]]


def make(seed: int, number: int) -> Case:
    """The case of that number."""
    rng = random.Random(f"{seed}:{number}")
    target = rng.choices(TARGETS, WEIGHTS)[0]
    if target != "reader":
        suffix = {"results": "jsonl", "record": "json"}.get(target, "yaml")
        return Case(target, f"case.{suffix}", _changed(rng, target, rng.choice(seeds(target))))
    kind = rng.choices(FORMATS, (20, 14, 14, 12, 6, 8, 8, 7, 5, 3, 3, 5, 4))[0]
    data = _changed(rng, kind, rng.choice(seeds(kind)))
    shown = rng.choice(FORMATS) if rng.random() < 0.03 else kind
    return Case(target, f"case.{shown}", data)


def _changed(rng: random.Random, kind: str, data: bytes) -> bytes:
    structured = {
        "json": _json, "jsonl": _json, "results": _json, "record": _json, "rules": _yaml, "rubric": _yaml,
        "xlsx": _zip, "docx": _zip, "zip": _zip,
    }.get(kind)  # fmt: skip
    if structured and rng.random() < 0.55:
        data = structured(rng, data)
    else:
        data = _bytes(rng, data, kind)
    if kind.endswith(".gz"):
        import gzip

        data = gzip.compress(data, 1, mtime=0)  # else the time is in it, and a case is not the same twice
        data = _bytes(rng, data, kind) if rng.random() < 0.4 else data
    return data


def _bytes(rng: random.Random, data: bytes, kind: str) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        data = rng.choice((_flip, _cut, _drop, _insert, _splice, _repeat, _recode, _shuffle))(rng, data, kind)
    return data[: 2 << 20]


def _flip(rng: random.Random, data: bytes, _: str) -> bytes:
    changed = bytearray(data)
    for _i in range(rng.choice((1, 2, 16, 200)) if data else 0):
        changed[rng.randrange(len(data))] = rng.randrange(rng.choice((128, 256)))
    return bytes(changed)


def _cut(rng: random.Random, data: bytes, _: str) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _drop(rng: random.Random, data: bytes, _: str) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice((1, 3, 40)) :]


def _insert(rng: random.Random, data: bytes, _: str) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS) * rng.choice((1, 1, 1, 5)) + data[at:]


def _splice(rng: random.Random, data: bytes, kind: str) -> bytes:
    other = rng.choice(seeds(kind if rng.random() < 0.7 else rng.choice(FORMATS)))
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _repeat(rng: random.Random, data: bytes, _: str) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at : at + rng.choice((1, 20, 400))] * rng.choice((2, 30)) + data[at:]


def _recode(rng: random.Random, data: bytes, _: str) -> bytes:
    encoding = rng.choice(
        ("gb18030", "big5", "utf-16", "utf-16-le", "utf-32", "utf-7", "shift_jis", "latin-1")
    )
    return data.decode("utf-8", "replace").encode(encoding, "replace")


def _shuffle(rng: random.Random, data: bytes, _: str) -> bytes:
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


def _json(rng: random.Random, data: bytes) -> bytes:
    text = _dumped(rng, _parsed(rng, data))
    return text.encode("utf-8", "surrogatepass") + (b"\n" if rng.random() < 0.5 else b"")


def _parsed(rng: random.Random, data: bytes):  # type: ignore[no-untyped-def]
    try:
        return json.loads(data)
    except ValueError:  # JSON lines
        return json.loads(rng.choice([line for line in data.split(b"\n") if line.strip()]))


def _dumped(rng: random.Random, value) -> str:  # type: ignore[no-untyped-def]
    for _ in range(rng.choice((1, 1, 2, 5))):
        value = _mutated(rng, value)
    try:
        return json.dumps(value, ensure_ascii=rng.random() < 0.5)
    except RecursionError:
        return "[" * 5000


def _yaml(rng: random.Random, data: bytes) -> bytes:
    """JSON is YAML too, and far quicker to write."""
    return _dumped(rng, _loaded(data)).encode("utf-8", "surrogatepass")


@cache
def _loaded(data: bytes):  # type: ignore[no-untyped-def]
    return yaml.safe_load(data)


def _mutated(rng: random.Random, value):  # type: ignore[no-untyped-def]
    """The value with one of its parts changed, wherever it lies."""
    if not isinstance(value, dict | list) or not value or rng.random() < 0.12:
        return _other(rng, value)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        match rng.randrange(6):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value + [value[at]] * rng.choice((1, 50))
            case _:
                return [*value[:at], _mutated(rng, value[at]), *value[at + 1 :]]
    key = rng.choice(list(value))
    match rng.randrange(7):
        case 0:
            return {k: v for k, v in value.items() if k != key}
        case 1:
            return {(str(rng.choice(ODD))[:200] if k == key else k): v for k, v in value.items()}
        case _:
            return {**value, key: _mutated(rng, value[key])}


def _other(rng: random.Random, value):  # type: ignore[no-untyped-def]
    if isinstance(value, str) and rng.random() < 0.5:
        at = rng.randrange(len(value) + 1)
        return value[:at] + rng.choice(TOKENS).decode("utf-8", "surrogateescape")[:3000] + value[at:]
    if rng.random() < 0.1:
        for _ in range(rng.choice((5, 400))):
            value = [value] if rng.random() < 0.5 else {"a": value}
        return value
    return rng.choice(ODD)


def _zip(rng: random.Random, data: bytes) -> bytes:
    """The archive with one of its members changed, left out or repeated, packed again."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = rng.choice([n for n in names if n.endswith(".xml")] or names)
        for name in names:
            content = old.read(name)
            if name == chosen:
                content = _bytes(rng, content, "txt") if rng.random() < 0.6 else _xml(rng, content)
            if name != chosen or rng.random() < 0.93:
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _xml(rng: random.Random, content: bytes) -> bytes:
    numbers = list(re.finditer(rb"\d+", content))
    if not numbers:
        return content
    hit = rng.choice(numbers)
    odd = rng.choice(
        (b"-1", b"0", b"99999999", b"1e999", b"x", b"", b"1048577", b"16385", b"0.5", b"9" * 400)
    )
    return content[: hit.start()] + odd + content[hit.end() :]


def run_case(case: Case, folder: Path) -> str:
    """Feed the case to its target; returns what came of it, such as `failure bad_json`."""
    path = folder / case.name
    path.write_bytes(case.data)
    if case.target == "reader":
        return _read(path)
    if case.target == "record":
        return _record(case.data)
    loaders = {"results": _results, "rules": _rules, "rubric": _rubric}
    try:
        loaders[case.target](path)
    except ConfigError as error:
        assert 0 < len(str(error)) < 20_000
        return f"{case.target} refused"
    return f"{case.target} ok"


def _read(path: Path) -> str:
    ends = Counter(map(_end, read_many([path])))
    assert ends, "neither a transcript nor a failure"
    return "reader " + min(ends)


@cache
def _scorer() -> autoscorer.Scorer:
    return autoscorer.Scorer(use_models=False)


def _end(item: Transcript | Failure) -> str:
    if isinstance(item, Transcript) and crc32(item.id.encode() + bytes(len(item.utterances))) % SCORED:
        json.dumps([u.text for u in item.utterances]).encode("utf-8")
        return "read"
    result = item if isinstance(item, Failure) else _scorer().result(item)
    written = json.dumps(to_record(result), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert to_record(from_record(json.loads(written))) == json.loads(written)
    if isinstance(result, Failure):
        assert result.code != "internal", result.message
        assert result.message, "a failure without a message"
        unknown = re.match(r"cannot be read: (\w+)", result.message)
        return f"failure {result.code}" + (f" ({unknown[1]})" if unknown else "")
    veiled(result)
    return "scored"


def veiled(card: autoscorer.Scorecard) -> None:
    """Masked or without text, a result is still a sound record with the same scores."""
    masked = mask(card)
    assert mask(masked) == masked
    for shown in (masked, bare(card)):
        assert from_record(json.loads(json.dumps(to_record(shown)))).total == card.total
    turns = [u.text for u in masked.analysis.transcript.utterances]
    for found in masked.analysis.detections:
        assert found.text == turns[found.span.turn][found.span.start : found.span.end]
    assert not any(u.text for u in bare(card).analysis.transcript.utterances)


def _record(data: bytes) -> str:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return "record no json"
    try:
        result = from_record(value if isinstance(value, dict) else {})
    except ConfigError:
        return "record refused"
    _use(result)
    return "record ok"


def _results(path: Path) -> None:
    for result in load_results(path):
        _use(result)


def _rules(path: Path) -> None:
    """A book that is taken for good must also run."""
    book = load_rules(path)
    for analysis in _analyses():
        with contextlib.suppress(TranscriptError):  # a regex that takes too long
            Detector(book, _segmenter()).search(analysis.transcript)


def _rubric(path: Path) -> None:
    rubric = load_rubric(path)
    for analysis in _analyses():
        with contextlib.suppress(TranscriptError):  # nothing of it applies
            make_scorecard(analysis, rubric, _scorer().rules.behaviors)


@cache
def _segmenter() -> Segmenter:
    return Segmenter()


@cache
def _analyses() -> tuple[Analysis, ...]:
    items = list(read_many([SAMPLES / "one_in_every_format"]))[:2]
    return tuple(_scorer().analyze(item) for item in items if isinstance(item, Transcript))


def _use(result) -> None:  # type: ignore[no-untyped-def]
    """What is done with a result that was taken for good: it is written, shown, and scored again."""
    from autoscorer.cli import screen
    from autoscorer.writers.base import summary

    json.dumps(to_record(result), ensure_ascii=False)
    summary(result)
    screen.table([result], 1, "zh")
    if not isinstance(result, Failure):
        again = _scorer().result(result.analysis)
        assert not isinstance(again, Failure) or again.code != "internal", again.message


def main() -> int:
    """Run the cases; the exit code is 1 when one was bad."""
    options = _options()
    numbers = [options.case] if options.case is not None else range(options.start, options.cases)
    ends, bad, began = Counter[str](), 0, time.monotonic()
    slowest = (0.0, -1)
    signal.signal(signal.SIGPROF, _hang)
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as name:
        for done, number in enumerate(numbers, 1):
            end, seconds = guarded(make(options.seed, number), Path(name), number, options)
            ends[end] += 1
            bad += end.startswith("BAD")
            slowest = max(slowest, (seconds, number))
            if done % 5000 == 0:
                print(
                    f"{done} cases, {bad} bad, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
                )
    for end, count in ends.most_common():
        print(f"{count:8} {end}")
    print(f"{sum(ends.values())} cases, {bad} bad, slowest {slowest[0]:.1f} s (case {slowest[1]})")
    return bool(bad)


def guarded(case: Case, folder: Path, number: int, options) -> tuple[str, float]:  # type: ignore[no-untyped-def]
    """The end of a case, or BAD with what was raised, and how long it took."""
    began = time.monotonic()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        end = run_case(case, folder)
    except (Exception, Hang) as error:
        end = f"BAD {case.target} {type(error).__name__}"
        print(f"case {number} ({case.target}, {case.name}): {type(error).__name__}: {str(error)[:200]}")
        print("    " + traceback.format_exc().strip().splitlines()[-4].strip(), flush=True)
        if options.case is not None:
            traceback.print_exc()
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{options.seed}-{number}-{case.target}-{case.name}").write_bytes(case.data)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        (folder / case.name).unlink(missing_ok=True)
    return end, time.monotonic() - began


def _hang(*_: object) -> None:
    raise Hang(f"more than {SECONDS} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--start", type=int, default=0, help="the number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="only this one, with its traceback")
    parser.add_argument("--keep", type=Path, help="a folder for the bytes of bad cases")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
