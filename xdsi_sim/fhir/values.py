"""Resources as plain values of JSON: paths into them, and the names that MHD gives its profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["EXTENSION", "LIST_TYPES", "MHD", "Resource", "as_list", "at", "put", "without_empty"]

Resource = dict[str, Any]
"""A resource, or any element of one."""

MHD: Final = "https://profiles.ihe.net/ITI/MHD"
EXTENSION: Final = f"{MHD}/StructureDefinition/"
"""What the urls of the profiles and extensions of MHD begin with."""
LIST_TYPES: Final = f"{MHD}/CodeSystem/MHDlistTypes"


def at(resource: Mapping[str, Any], path: str) -> Any:
    """What a path of names leads to, None where it leads nowhere; of a list on the way, its first.

    The list at its end, if it is one, is given whole.
    """
    found: Any = resource
    for name in path.split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def put(resource: Resource, path: str, value: Any) -> None:
    """Set what a path leads to; `content[]` is the first of a list."""
    *above, last = path.split(".")
    for name in above:
        if name.endswith("[]"):
            resource = resource.setdefault(name[:-2], [{}])[0]
        else:
            resource = resource.setdefault(name, {})
    resource[last] = value


def as_list(value: Any) -> list[Any]:
    """A list as it is, nothing as an empty one, anything else alone in one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def without_empty(element: Mapping[str, Any]) -> Resource:
    """Without what has no value: FHIR has no empty elements."""
    return {name: value for name, value in element.items() if value not in (None, "", [], {})}
