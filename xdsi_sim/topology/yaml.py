"""YAML with positions: plain values, and for each of them the line and column where it stands.

Texts stay as written: `1.10`, `007` and `2024-01-01` are texts until a model asks for a number, so no id
or code loses a digit. Only `null`, `~` and nothing at all are None. Nothing here runs code or follows a
tag, and an alias is a copy, so that a small file cannot become a large value.
Whatever is wrong with the file is a UsageError that points at the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from xdsi_sim.errors import UsageError

__all__ = ["Document", "Place", "parse_yaml", "read_yaml"]

Place = tuple[str | int, ...]
"""Where a value is inside a document: keys and indices from the top."""

_MAX_OCTETS: Final = 4_000_000
_MAX_VALUES: Final = 20_000
_MAX_DEPTH: Final = 40
_CORE: Final = "tag:yaml.org,2002:"
_PLAIN: Final = {
    f"{_CORE}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
}


@dataclass(frozen=True, slots=True)
class _Mark:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its value, and where each part of it stands."""

    file: str
    value: Any
    marks: Mapping[Place, _Mark]
    """Where each value begins."""
    keys: Mapping[Place, _Mark]
    """Where the key of each value of a mapping begins."""

    def error(
        self, place: Place, message: str, *, hint: str | None = None, at_key: bool = False
    ) -> UsageError:
        """What to raise where the value at `place` is wrong, or its key.

        Parts of `place` that the document does not have are left out: a missing key is reported at the
        mapping that misses it.
        """
        known = self._known(place)
        mark = (self.keys.get(known) if at_key else None) or self.marks.get(known, _Mark(1, 1))
        return UsageError(message, file=self.file, line=mark.line, column=mark.column, hint=hint)

    def position(self, place: Place) -> tuple[int, int]:
        """Line and column of the value at `place`, or of the nearest value around it."""
        mark = self.marks.get(self._known(place), _Mark(1, 1))
        return mark.line, mark.column

    def _known(self, place: Place) -> Place:
        known: Place = ()
        for part in place:
            if (*known, part) in self.marks:
                known = (*known, part)
        return known


def read_yaml(path: Path) -> Document:
    """Read a file; raises UsageError where it cannot be read or is no YAML of ours."""
    file = str(path)
    try:
        with path.open("rb") as source:
            data = source.read(_MAX_OCTETS + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=file) from error
    if len(data) > _MAX_OCTETS:
        raise UsageError(f"the file is larger than {_MAX_OCTETS} octets", file=file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise UsageError("the file is not UTF-8", file=file, line=line, column=column) from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> Document:
    """Read `text`, which came from `file`; raises UsageError where it is no YAML of ours."""
    node = _compose(text, file)
    if node is None:
        raise UsageError("the file is empty", file=file, line=1, column=1)
    reading = _Reading(file)
    value = reading.value(node, ())
    return Document(file, value, reading.marks, reading.keys)


# --- from text to nodes ----------------------------------------------------------------------

_AT_END: Final = re.compile(r"stream end|end of stream")  # then the place is where the open thing began
_WORDS: Final = (  # what the parser says, and what it means to somebody who writes a file
    (re.compile(r"found character '\\t' that cannot"), "a tab; YAML is indented with blanks"),
    (
        re.compile(r"found character '(.)' that cannot start any token"),
        r"a text cannot begin with '\1': quote it",
    ),
    (re.compile(r"mapping values are not allowed here"), "a ': ' inside a text: quote the text"),
    (re.compile(r"but found another document"), "the file holds more than one document"),
    (re.compile(r"found undefined alias '(.*)'"), r"the alias '*\1' has no anchor '&\1'"),
    (
        re.compile(r"expected <block end>, but found '<block sequence start>'"),
        "a list where a key is expected",
    ),
    (re.compile(r"<block end>, but found '<scalar>'"), "a text where a key is expected: indent or quote it"),
    (re.compile(r"expected <block end>, but found .*"), "this line is not indented like the ones before it"),
    (re.compile(r"found unexpected end of stream"), "the quote is never closed"),
    (re.compile(r"expected ',' or '.', but got '<stream end>'"), "the bracket is never closed"),
    (re.compile(r"expected ',' or '(.)', but got .*"), r"expected ',' or '\1' here"),
    (re.compile(r"sequence entries are not allowed here"), "a list begins on a line of its own"),
    (re.compile(r"could not find expected ':'"), "a key without ':'"),
)


def _compose(text: str, file: str) -> Node | None:
    """The node tree: it keeps the positions that constructed values lose."""
    loader = YAML(typ="safe", pure=True)
    try:
        node: Node | None = loader.compose(text)
    except MarkedYAMLError as error:
        problem = str(error.problem or error.context)
        mark = (_AT_END.search(problem) and error.context_mark) or error.problem_mark or error.context_mark
        raise UsageError(_in_words(problem), file=file, line=mark.line + 1, column=mark.column + 1) from error
    except YAMLError as error:
        raise _unreadable(error, text, file) from error
    except RecursionError:
        raise UsageError(f"values are nested more than {_MAX_DEPTH} deep", file=file) from None
    return node


def _in_words(problem: str) -> str:
    for pattern, words in _WORDS:
        if found := pattern.search(problem):
            return found.expand(words)
    return problem


def _unreadable(error: YAMLError, text: str, file: str) -> UsageError:
    """The reader refuses a character; it names the place by offset."""
    offset = int(getattr(error, "position", 0))
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return UsageError("a control character is not allowed here", file=file, line=line, column=column)


# --- from nodes to values --------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """One walk through the node tree of a file."""

    file: str
    marks: dict[Place, _Mark] = field(default_factory=dict)
    keys: dict[Place, _Mark] = field(default_factory=dict)

    def value(self, node: Node, place: Place) -> Any:
        """The plain value of a node, its place noted; limits hold for aliases too, as they are copies."""
        if len(self.marks) >= _MAX_VALUES:
            raise self._error(node, f"the file expands to more than {_MAX_VALUES} values")
        if len(place) > _MAX_DEPTH:
            raise self._error(node, f"values are nested more than {_MAX_DEPTH} deep")
        if str(node.tag) not in _PLAIN:
            raise self._error(node, f"the tag {node.tag} is not allowed here")
        nothing = isinstance(node, ScalarNode) and not node.value and node.style is None
        self.marks[place] = self.keys.get(place, _mark(node)) if nothing else _mark(node)
        if isinstance(node, MappingNode):
            return {key: self.value(child, (*place, key)) for key, child in self._pairs(node, place)}
        if isinstance(node, SequenceNode):
            return [self.value(child, (*place, index)) for index, child in enumerate(node.value)]
        return None if str(node.tag) == f"{_CORE}null" else str(node.value)

    def _pairs(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Node]]:
        for key_node, child in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self._error(key_node, "a key must be a text")
            key = str(key_node.value)
            if (*place, key) in self.keys:
                first = self.keys[*place, key]
                raise self._error(key_node, f"the key '{key}' is here twice, first in line {first.line}")
            self.keys[*place, key] = _mark(key_node)
            yield key, child

    def _error(self, node: Node, message: str) -> UsageError:
        mark = _mark(node)
        return UsageError(message, file=self.file, line=mark.line, column=mark.column)


def _mark(node: Node) -> _Mark:
    return _Mark(node.start_mark.line + 1, node.start_mark.column + 1)
