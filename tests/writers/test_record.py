"""JSON lines: what is written reads back equal, follows the schema, and mistakes name file and line."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from autoscorer import ConfigError, Failure, load_results, resources, write
from autoscorer.record import dumps, from_record, to_record
from autoscorer.types import (
    Analysis,
    CriterionScore,
    Detection,
    Evidence,
    Prediction,
    Reading,
    Scorecard,
    Span,
    Transcript,
    Utterance,
)
from tests.writers.conftest import FAILED, card_of

SCHEMA = json.loads((resources.DATA / "result.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.text("abc.好", min_size=1, max_size=6)
TURN = st.integers(0, 5)
SECONDS = st.none() | st.floats(0, 1e6)
SHARE = st.floats(0, 1)
SPAN = st.tuples(TURN, st.integers(0, 9), st.integers(0, 9)).map(lambda s: Span(s[0], *sorted(s[1:])))
SAID = st.just("") | TEXT.map("零一二三四五六七八{}".format)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
UTTERANCE = st.builds(
    Utterance, st.sampled_from(["agent", "customer", "system"]), SAID, st.none() | TEXT, SECONDS, SECONDS
)
READING = st.builds(
    Reading, NAME, st.none() | NAME, st.sampled_from(["labelled", "inferred"]), st.none() | TEXT
)
TRANSCRIPT = st.builds(
    Transcript,
    TEXT,
    st.lists(UTTERANCE, min_size=6, max_size=6).map(tuple),
    TEXT,
    st.dictionaries(TEXT, JSON, max_size=3),
    READING,
)
DETECTION = st.builds(Detection, NAME, SPAN, TEXT, NAME.map("rule:{}".format), SHARE)
PREDICTION = st.sampled_from(
    [("sentiment", "negative"), ("sentiment", "positive"), ("empathy", "none")]
).flatmap(lambda pair: st.builds(Prediction, st.just(pair[0]), TURN, st.just(pair[1]), SHARE))
PROVENANCE = st.fixed_dictionaries(
    {
        "version": NAME, "rules": NAME.map("{}@1".format), "rules_sha256": st.just("a" * 64),
        "models": st.dictionaries(NAME, st.just("b" * 64), max_size=2), "rubric_sha256": st.just("c" * 64),
    }
)  # fmt: skip
ANALYSIS = st.builds(
    Analysis,
    TRANSCRIPT,
    st.lists(DETECTION, max_size=3).map(tuple),
    st.lists(PREDICTION, max_size=3).map(tuple),
    PROVENANCE,
)
EVIDENCE = st.lists(st.builds(Evidence, SPAN, TEXT), max_size=3).map(tuple)
LOOKED = st.none() | st.tuples(TURN, TURN)
REASON = TEXT.map("因{}".format)
CRITERION = st.one_of(
    st.builds(
        CriterionScore, NAME, NAME, TEXT, st.sampled_from(["met", "not_met", "partial"]),
        st.floats(0, 5), st.floats(5, 9), REASON, EVIDENCE, LOOKED,
    ),
    st.builds(
        CriterionScore, NAME, NAME, TEXT, st.sampled_from(["manual", "not_applicable"]),
        st.just(0.0), st.just(0.0), REASON, EVIDENCE, LOOKED,
    ),
    st.builds(
        CriterionScore, NAME, NAME, TEXT, st.just("not_met"), st.floats(-50, 0), st.just(0.0), REASON, EVIDENCE
    ),
)  # fmt: skip
CARD = st.builds(
    Scorecard,
    ANALYSIS,
    NAME.map("{}@1".format),
    st.lists(CRITERION, min_size=1, max_size=3).map(tuple),
    st.floats(0, 100),
    TEXT,
    st.booleans(),
    st.lists(NAME, max_size=2, unique=True).map(tuple),
)
STAGE = st.sampled_from(["read", "analyze", "score", "write"])
FAILURE = st.builds(Failure, TEXT, STAGE, st.just("bad_json"), TEXT.map("x{}".format), TEXT, st.none() | TEXT)
RESULTS = st.lists(CARD | FAILURE, max_size=4)


@settings(deadline=None, max_examples=60)
@given(CARD | FAILURE)
def test_a_record_gives_the_result_again(result):
    line = dumps(result)
    assert "\n" not in line
    assert from_record(json.loads(line)) == result
    VALIDATOR.validate(json.loads(line))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RESULTS)
def test_a_file_gives_the_results_again(tmp_path, results):
    path = tmp_path / "r.jsonl"
    assert write(results, path) == [path]
    assert list(load_results(path)) == results
    assert path.read_bytes() == "".join(dumps(r) + "\n" for r in results).encode()


def test_line_separators_of_unicode_stay_in_their_line(tmp_path):
    """U+2028, U+0085 and others end lines for some readers of text, not for ours."""
    odd = card_of("您\u2028好\u0085请\x0b讲\x1c完", id="a\u2029b")
    write([odd, FAILED], tmp_path / "r.jsonl")
    assert list(load_results(tmp_path / "r.jsonl")) == [odd, FAILED]


def test_results_are_found_in_a_folder(tmp_path):
    write([card_of(), FAILED], tmp_path)
    assert list(load_results(tmp_path)) == [card_of(), FAILED]


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text(f"\ufeff\n{dumps(FAILED)}\n\n  \n{dumps(card_of())}\n", encoding="utf-8")
    assert list(load_results(path)) == [FAILED, card_of()]


def altered(**changes):
    record = to_record(card_of())
    for path, value in changes.items():
        *outer, last = path.split("__")
        inner = record
        for key in outer:
            inner = inner[int(key) if key.isdigit() else key]
        if value is None:
            del inner[last]
        else:
            inner[last] = value
    return record


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "found schema none"),
        ("3", "found schema none"),
        ("{}", "found schema none"),
        (json.dumps(altered(schema=2)), "not a result of schema 1: found schema 2"),
        (json.dumps(altered(schema="1")), "found schema 1"),
        (json.dumps(altered(total=None)), "the key 'total' is missing"),
        (json.dumps(altered(utterances__0__role=None)), "the key 'role' is missing"),
        (json.dumps(altered(reading__extra=1)), "not a valid result"),
        (json.dumps(altered(criteria=7)), "not a valid result"),
        (json.dumps(altered(utterances=["x"])), "not a valid result: utterances.0"),
        (json.dumps(altered(total="90")), "not a valid result: total: "),
        (json.dumps(altered(total=float("nan"))), "not a valid result: total: "),
        (json.dumps(altered(passed=1)), "not a valid result: passed: "),
        (json.dumps(altered(predictions__0__turn=99)), "predictions: turn 99 of"),
        (json.dumps(altered(detections__0__end=99)), "detections: no characters"),
        (json.dumps(altered(criteria__0__looked=[0, 99])), "criteria.looked: turn 99"),
        (json.dumps(altered(criteria__0__evidence__0__start=98)), "criteria.evidence: no characters 98"),
        ('{"schema": 1, "id": 1' + "1" * 5000 + "}", "not JSON: Exceeds the limit"),
        ('{"schema": 1, "failure": {}}', "the key 'source' is missing"),
        ('{"schema": 1, "source": "x", "failure": []}', "not a valid result"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, words):
    path = tmp_path / "r.jsonl"
    path.write_text(dumps(FAILED) + "\n\n" + line + "\n", encoding="utf-8")
    found = load_results(path)
    assert next(found) == FAILED
    with pytest.raises(ConfigError, match=re.escape(f"{path}:3: ") + ".*" + re.escape(words)):
        list(found)


def test_files_that_are_no_results(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        list(load_results(tmp_path / "none.jsonl"))
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path / "results.jsonl"))):
        list(load_results(tmp_path))
    (tmp_path / "g.jsonl").write_bytes("客服".encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        list(load_results(tmp_path / "g.jsonl"))


class TestSchema:
    def test_it_is_a_schema(self):
        Draft202012Validator.check_schema(SCHEMA)
        assert SCHEMA["$id"] and SCHEMA["$schema"].endswith("2020-12/schema")

    def test_each_key_is_described_and_each_object_closed(self):
        open_ones, bare = [], []
        for where, node in _objects(SCHEMA["$defs"]):
            if node.get("additionalProperties") is not False:
                open_ones.append(where)
            for key, value in node["properties"].items():
                target = SCHEMA["$defs"][value["$ref"].split("/")[-1]] if "$ref" in value else {}
                if not (value.get("description") or target.get("description")):
                    bare.append(f"{where}.{key}")
        assert open_ones == ["provenance"]
        assert bare == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"extra": 1}, {"total": 101}, {"total": "90"}, {"grade": None}, {"schema": 2}, {"passed": "是"},
            {"criteria__0__outcome": "maybe"}, {"criteria__0__extra": 1}, {"criteria__0__max_points": -1},
            {"criteria__2__points": 1}, {"criteria__0__looked": [1]}, {"criteria__0__reason": ""},
            {"criteria__0__evidence__0__turn": -1}, {"criteria__0__evidence__0__extra": 0}, {"criteria": []},
            {"utterances__0__role": "bot"}, {"utterances__0__start": "0:01"}, {"utterances__0__extra": 1},
            {"detections__0__confidence": 1.1}, {"detections__0__source": "guess:x"}, {"detections__0__end": 1.5},
            {"predictions__0__label": "specific"}, {"predictions__0__task": 3}, {"metadata": []},
            {"reading__roles": "guessed"}, {"provenance__rules_sha256": "abc"}, {"provenance__models": None},
            {"failed_critical": ["a", "a"]}, {"rubric": "default"}, {"failure": {}},
        ],
        ids=str,
    )  # fmt: skip
    def test_what_is_not_a_result_is_refused(self, changes):
        VALIDATOR.validate(altered())
        with pytest.raises(ValidationError):
            VALIDATOR.validate(altered(**changes))

    @pytest.mark.parametrize(
        "change", [{"stage": "think"}, {"code": "Bad Code"}, {"message": ""}, {"extra": 1}]
    )
    def test_what_is_not_a_failure_is_refused(self, change):
        record = to_record(FAILED)
        VALIDATOR.validate(record)
        record["failure"] |= change
        with pytest.raises(ValidationError):
            VALIDATOR.validate(record)

    def test_metadata_and_provenance_stay_open(self):
        VALIDATOR.validate(altered(metadata__own={"a": [1, None]}, provenance__note="x"))


def _objects(node, where=""):
    if isinstance(node, dict):
        if "properties" in node and "type" in node:
            yield where.strip("."), node
        for key, inner in node.items():
            if key not in ("if", "then"):
                yield from _objects(inner, f"{where}.{key}" if key != "properties" else where)
