"""What labelling tools export, as plain objects with text and label: Label Studio and doccano."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import LabelError
from ..readers import aliases

_CHOICES = ("choices", "taxonomy", "paragraphlabels", "labels", "rating")


def unwrapped(value: Any, place: str) -> Iterator[Any]:
    """The objects with text and labels that `value` stands for; what is no export passes as it is.

    Raises LabelError for results of the machine and for labels of spans, which no task here learns.
    """
    if not isinstance(value, dict):
        yield value
    elif "detections" in value and "predictions" in value:
        raise LabelError(
            f"{place}: these are results of the machine, not labels of people; correct them and write "
            "them with: autoscorer review export --labels"
        )
    elif isinstance(value.get("data"), dict) and ("annotations" in value or "completions" in value):
        yield from _label_studio(value, place)
    else:
        yield _doccano(value, place)


def _label_studio(task: Mapping[str, Any], place: str) -> Iterator[dict[str, Any]]:
    """One object for each annotation that was not cancelled; each of them is an opinion."""
    data = task["data"]
    for done in task.get("annotations") or task.get("completions") or ():
        if not isinstance(done, dict) or done.get("was_cancelled"):
            continue
        results = [r for r in done.get("result") or () if isinstance(r, dict)]
        turns = next((k for k in aliases_of(data, "turns") if isinstance(data[k], list)), None)
        if turns is not None:
            yield {**data, turns: _paragraphs(data[turns], results, place)}
            continue
        names = _named_choices(results, place)
        yield {**data, **names} if names else dict(data)


def aliases_of(names: Mapping[str, Any], field: str) -> Iterator[str]:
    """The keys of an object that hold `field`."""
    return (name for name in names if isinstance(name, str) and aliases.is_field(name, field))


def _named_choices(results: list[dict[str, Any]], place: str) -> dict[str, Any]:
    """The chosen labels under the name of their control, and, where there is one control, under `label`."""
    found: dict[str, list[str]] = {}
    for result in results:
        value = result.get("value") or {}
        if "start" in value:
            raise LabelError(f"{place}: labels of spans cannot be learned; label whole texts (Choices)")
        found.setdefault(str(result.get("from_name") or "label"), []).extend(_chosen(value))
    return {**found, "label": next(iter(found.values()))} if len(found) == 1 else dict(found)


def _paragraphs(turns: list[Any], results: list[dict[str, Any]], place: str) -> list[Any]:
    """The turns of a dialogue, each with the labels of the paragraph that it is."""
    marked = [dict(turn) if isinstance(turn, dict) else {"text": turn} for turn in turns]
    for result in results:
        value = result.get("value") or {}
        at = str(value.get("start", ""))
        if not at.isdigit() or int(at) >= len(marked) or value.get("end", at) != value.get("start"):
            raise LabelError(f"{place}: a label must stand on one paragraph, from {at!r} to the same")
        marked[int(at)].setdefault("label", []).extend(_chosen(value))
    return marked


def _chosen(value: Mapping[str, Any]) -> list[str]:
    key = next((k for k in _CHOICES if k in value), None)
    found = value[key] if key else []
    listed = found if isinstance(found, list) else [found]
    return [str(v[-1] if isinstance(v, list) and v else v) for v in listed]


def _doccano(value: dict[str, Any], place: str) -> dict[str, Any]:
    """Old doccano lists annotations beside the text; spans are refused."""
    found = value.get("annotations")
    if "text" in value and isinstance(found, list) and all(isinstance(a, dict) for a in found):
        value = {**value, "label": [str(a.get("label", "")) for a in found]}
    for key in ("label", "labels", "entities"):
        listed = value.get(key)
        if isinstance(listed, list) and any(isinstance(v, list | dict) for v in listed) and "text" in value:
            raise LabelError(f"{place}: labels of spans cannot be learned; label whole texts")
    return value
