"""YAML files checked whole: every mistake is named with its file, line and key, and what is allowed."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from .errors import ConfigError

MAX_BYTES = 2_000_000
MAX_NODES = 500_000
MAX_SHOWN = 20
MAX_MESSAGE = 2000
"""Characters of one mistake: it may quote a name, and a name may be as long as the file."""
MAX_DIGITS = 100
_SURROGATE = re.compile("[\ud800-\udfff]")

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A frozen model that names an unknown key together with the keys that are allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            own = [name for name in cls.__annotations__ if name in cls.model_fields]
            allowed = [cls.model_fields[n].alias or n for n in dict.fromkeys([*own, *cls.model_fields])]
            for key in data:
                if key not in allowed and key not in cls.model_fields:
                    message = "unknown key '{key}'; allowed: {allowed}"
                    context = {"key": str(key), "allowed": ", ".join(allowed)}
                    raise PydanticCustomError("unknown_key", message, context)
        return data


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML in which only true and false are truth values: YAML 1.1 takes the key `on` for one."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
)


class Document:
    """A parsed YAML file that still knows on which line each key stands. `of` takes a node in place of the
    file: one that was put together of several files, each part of which knows its own.

    Raises ConfigError where the file cannot be read or is not valid YAML.
    """

    def __init__(self, path: Path, *, of: yaml.Node | None = None) -> None:
        self.path = path
        self.node = parse(path) if of is None else of
        try:
            self.data = _Loader("").construct_document(self.node)
        except yaml.MarkedYAMLError as error:
            raise _not_valid(path, error) from None
        except (yaml.YAMLError, ValueError) as error:
            raise ConfigError(f"{path}: not valid YAML in UTF-8: {error}") from None
        except RecursionError:
            raise ConfigError(f"{path}: nested too deeply") from None

    def place(self, where: tuple[Any, ...]) -> str:
        """The `file:line` of a key path; of the nearest part of it that is there."""
        node, mark = self.node, self.node.start_mark
        for step in where:
            found = _child(node, step)
            if found is None:
                break
            node, mark = found
        return f"{mark.name}:{mark.line + 1}"

    def at(self, where: tuple[Any, ...]) -> yaml.Node | None:
        """What stands under this key path; None where the file does not have it."""
        node = self.node
        for step in where:
            found = _child(node, step)
            if found is None:
                return None
            node = found[0]
        return node

    def holds(self, where: tuple[Any, ...]) -> bool:
        """Whether the file has this key path."""
        return self.at(where) is not None

    def span(self, where: tuple[Any, ...]) -> tuple[int, int] | None:
        """The characters of the value at a key path, `[start, end)`; None where it is not there."""
        node = self.at(where)
        return None if node is None else (int(node.start_mark.index), int(node.end_mark.index))

    def shown(self, where: tuple[Any, ...]) -> tuple[Any, ...]:
        """What of a key path stands beside its place in a message."""
        return where

    def error(self, where: tuple[Any, ...], message: str) -> str:
        """One mistake as `file:line: key: message`."""
        key = ".".join(str(step) for step in self.shown(where) if not _is_tag(step))
        shown = message if len(message) <= MAX_MESSAGE else message[:MAX_MESSAGE] + "…"
        return f"{self.place(where)}: {key[:MAX_MESSAGE] + ': ' if key else ''}{shown}"


def load(path: str | Path, model: type[Model]) -> tuple[Model, Document]:
    """Read `path` as `model`. Raises ConfigError that lists every mistake."""
    document = Document(Path(path))
    return checked(document, model), document


def checked(document: Document, model: type[Model]) -> Model:
    """A document as `model`. Raises ConfigError that lists every mistake."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = error.errors()
        told = [e for e in found if e["type"] != "too_short" or not _holds_others(e, found)]
        raise ConfigError(_listed([_explain(document, e) for e in told])) from None
    except (RecursionError, OverflowError, MemoryError) as error:  # such as a regex of a thousand brackets
        raise ConfigError(
            f"{document.path}: something in it is nested too deeply or too large: {error}"
        ) from None


def refuse(problems: list[str]) -> None:
    """Raise ConfigError when there are problems."""
    if problems:
        raise ConfigError(_listed(problems))


def _holds_others(error: Any, found: list[Any]) -> bool:
    """Whether a list is called too short only because its items are wrong, which is told apart."""
    at = error["loc"]
    return any(e["loc"][: len(at)] == at and e is not error for e in found)


def _listed(problems: list[str]) -> str:
    more = len(problems) - MAX_SHOWN
    return "\n".join(problems[:MAX_SHOWN] + ([f"… and {more} more"] if more > 0 else []))


def _explain(document: Document, error: Any) -> str:
    where, context = tuple(error["loc"]), error.get("ctx", {})
    if error["type"] == "unknown_key":
        where += (context["key"],)
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        message = "this key is required"
    elif error["type"] not in ("unknown_key", "value_error"):
        message += f"; found {_short(error['input'])}"
    return document.error(where, message)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _is_tag(step: Any) -> bool:
    return isinstance(step, str) and ("[" in step or "function-" in step)


def _not_valid(path: Path | str, error: yaml.MarkedYAMLError) -> ConfigError:
    if "nesting depth" in str(error.problem):  # PyYAML from 6.0.4 on counts it itself
        return ConfigError(f"{path}: nested too deeply")
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    deep = "nesting depth" in str(error.problem)  # libyaml's words
    return ConfigError(
        f"{path}:{line}: {'nested too deeply' if deep else f'not valid YAML: {error.problem}'}"
    )


def parse(path: Path) -> yaml.Node:
    """The tree of a YAML file. Raises ConfigError where it cannot be read or is not valid YAML."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes, which no rule book or rubric needs")
        return node_of(path, path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise ConfigError(f"{path}: not valid YAML in UTF-8: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None


def node_of(path: Path | str, text: str) -> yaml.Node:
    """The tree of a YAML text. `path` names it in messages. Raises ConfigError where it is not valid YAML."""
    try:
        stream = io.StringIO(text)
        stream.name = str(path)  # so that each node's mark names its file
        node: yaml.Node | None = _Loader(stream).get_single_node()
        if node is None:
            raise ConfigError(f"{path}: the file is empty")
        _check(path, node)
        return node
    except yaml.MarkedYAMLError as error:
        raise _not_valid(path, error) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{path}: not valid YAML in UTF-8: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None


def _check(path: Path | str, root: yaml.Node) -> None:
    """Refuse duplicate keys, which YAML would drop silently, and aliases that multiply without end."""
    stack, seen = [root], 0
    while stack:
        node, seen = stack.pop(), seen + 1
        if seen > MAX_NODES:
            raise ConfigError(f"{path}: more than {MAX_NODES:,} values (aliases count each time)")
        if isinstance(node, yaml.ScalarNode):
            _check_scalar(path, node)
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and keys.count(key.value) > 1:
                    line = key.start_mark.line + 1
                    raise ConfigError(f"{path}:{line}: duplicate key '{key.value[:200]}'")
            stack += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            stack += node.value


def _check_scalar(path: Path | str, node: yaml.ScalarNode) -> None:
    """Refuse halves of surrogate pairs, which no message could show, and numbers that no float holds."""
    if _SURROGATE.search(node.value):
        raise ConfigError(
            f"{path}:{node.start_mark.line + 1}: half a surrogate pair (\\uD800 to \\uDFFF) is no text"
        )
    if node.tag.endswith(":int") and len(node.value) > MAX_DIGITS:
        raise ConfigError(f"{path}:{node.start_mark.line + 1}: a number of {len(node.value)} digits")


def _child(node: yaml.Node, step: Any) -> tuple[yaml.Node, yaml.Mark] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark
    return None
