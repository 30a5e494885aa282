"""`${name}`, `${found.entries[0].uniqueId}`: values that earlier steps saved, put into later ones.

A text that is one reference as a whole becomes the value itself, of whatever kind; inside a longer text
it becomes text. `$${` writes a plain `${`. Names lead into values by the words of the profile: keys of
mappings, attributes of metadata, indices of lists; `[*]` takes every item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeGuard

from pydantic import BaseModel

from xdsi_sim.clock import dtm_of, now
from xdsi_sim.ebrim.model import Code, InternationalString
from xdsi_sim.errors import XdsiSimError
from xdsi_sim.ids import new_uid, new_uuid

__all__ = [
    "Later",
    "New",
    "NotThere",
    "Path",
    "as_text",
    "filled",
    "follow",
    "is_list",
    "parse_path",
    "references",
    "resolve",
]

Path = tuple[str | int, ...]
"""A parsed reference; `*` stands for every item of a list."""

_REFERENCE: Final = re.compile(r"\$(\$?)\{([^{}]*)\}")
_PATH: Final = re.compile(r"(?P<name>[A-Za-z_][\w-]*)|\[(?P<index>\d+|\*)\]|(?P<dot>\.)")


class Later(BaseModel):
    """What has its references resolved when its turn comes: a step that another one holds."""


class New:
    """`${new.uid}`, `${new.uuid}`: ids that were never given before, another one each time; `${new.time}`."""

    @property
    def uid(self) -> str:
        """A UID, such as a uniqueId."""
        return new_uid()

    @property
    def uuid(self) -> str:
        """A UUID as a URN, such as an entryUUID or a MessageID."""
        return new_uuid()

    @property
    def time(self) -> str:
        """Now, in UTC, as metadata have it: `20260101120000`."""
        return dtm_of(now())


class NotThere(XdsiSimError):
    """A reference leads to nothing; the message says how far it led."""


def parse_path(text: str) -> Path:
    """Parts of a reference such as `found.entries[0].uniqueId`; raises ValueError where it is none."""
    parts: list[str | int] = []
    at = 0
    for match in _PATH.finditer(text):
        name_expected = at == 0 or text[at - 1] == "."
        if match.start() != at or (match["name"] is not None) != name_expected:
            break
        at = match.end()
        if match["name"]:
            parts.append(match["name"])
        elif match["index"]:
            parts.append(match["index"] if match["index"] == "*" else int(match["index"]))
    if not parts or at != len(text) or text.endswith("."):
        raise ValueError(f"'{text}' is not a reference such as found.entries[0].uniqueId")
    return tuple(parts)


def references(text: str) -> Iterator[str]:
    """What stands between the braces of each reference in a text; raises ValueError for an open brace."""
    if "${" in _REFERENCE.sub("", text):
        raise ValueError("a '${' is never closed; '$${' writes it as it is")
    return (match[2] for match in _REFERENCE.finditer(text) if not match[1])


def resolve(value: Any, scope: Mapping[str, Any]) -> Any:
    """`value` with every reference in it replaced; raises NotThere where one leads to nothing."""
    if isinstance(value, str):
        return _resolve_text(value, scope)
    if isinstance(value, Later):
        return value
    if isinstance(value, BaseModel):
        changes = {name: resolve(getattr(value, name), scope) for name in type(value).model_fields}
        return value.model_copy(update=changes)
    if isinstance(value, dict):
        return {_resolve_key(key, scope): resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(resolve(item, scope) for item in value)
    return value


def _resolve_key(key: Any, scope: Mapping[str, Any]) -> Any:
    return as_text(_resolve_text(key, scope)) if isinstance(key, str) and "${" in key else key


def _resolve_text(text: str, scope: Mapping[str, Any]) -> Any:
    whole = _REFERENCE.fullmatch(text)
    if whole and not whole[1]:
        return follow(scope, parse_path(whole[2]))
    return filled(text, scope)


def filled(text: str, scope: Mapping[str, Any], encode: Callable[[str], str] = str) -> str:
    """`text` with every reference in it replaced by its value as text, encoded for where it stands."""
    return _REFERENCE.sub(
        lambda match: match[0][1:] if match[1] else encode(as_text(follow(scope, parse_path(match[2])))), text
    )


# --- following a path ------------------------------------------------------------------------


def follow(value: Any, path: Path) -> Any:
    """What `path` leads to from `value`; raises NotThere where it leads to nothing."""
    for number, part in enumerate(path):
        if part == "*":
            return tuple(follow(item, path[number + 1 :]) for item in _items(value, path[:number]))
        value = _inside(value, part, path[:number])
    return value


def _inside(value: Any, part: str | int, so_far: Path) -> Any:
    if isinstance(part, int):
        items = _items(value, so_far)
        if part >= len(items):
            raise NotThere(f"{_written(so_far)} has {len(items)} items, there is no [{part}]")
        return items[part]
    if isinstance(value, Mapping):
        if part in value:
            return value[part]
    elif not part.startswith("_") and not isinstance(value, str) and hasattr(value, part):
        found = getattr(value, part)
        if not callable(found):
            return found
    raise NotThere(f"{_written(so_far)} has no '{part}'" if so_far else f"there is no '{part}'")


def _items(value: Any, so_far: Path) -> Sequence[Any]:
    if is_list(value):
        return value
    raise NotThere(f"{_written(so_far)} is not a list")


def _written(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) or part == "*" else f".{part}" for part in path)
    return text.lstrip(".")


# --- values as text --------------------------------------------------------------------------


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether it is several values; a text is one."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def as_text(value: Any) -> str:
    """A value as a scenario writes it: codes as `code^^scheme`, `true` and `false`, absent as nothing."""
    if isinstance(value, Code):
        return f"{value.code}^^{value.codingScheme}"
    if isinstance(value, InternationalString):
        return str(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(as_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
