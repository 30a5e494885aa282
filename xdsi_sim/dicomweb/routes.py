"""Which path and method asks for what: one table, walked by the service and by its description."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicom.attributes import LONGEST_UID, is_uid
from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicomweb import instances, pixels, rendered, storing
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Answer, Refused, WebRequest
from xdsi_sim.dicomweb.searching import search

__all__ = ["ROUTES", "Operation", "Route", "route_of"]

Handler = Callable[[Archive, WebRequest, Target], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a resource."""

    handler: Handler
    transaction: str
    """As the exchange log names it."""
    title: str
    quick: bool = False
    """Whether it takes no longer than a look into the index, so that it needs no thread."""


@dataclass(frozen=True, slots=True)
class Route:
    """A resource: its path, with names in braces for what varies, and its methods."""

    template: str
    methods: Mapping[str, Operation]


def _search(level: Level, title: str) -> Operation:
    return Operation(search(level), "QIDO-RS", title, quick=True)


def _get(handler: Handler, title: str) -> Operation:
    return Operation(handler, "WADO-RS", title)


_STORE: Final = Operation(storing.store, "STOW-RS", "Store instances")
_DELETE: Final = Operation(storing.delete, "DELETE", "Delete")
_STUDY: Final = "studies/{study}"
_SERIES: Final = f"{_STUDY}/series/{{series}}"
_INSTANCE: Final = f"{_SERIES}/instances/{{instance}}"
_FRAMES: Final = f"{_INSTANCE}/frames/{{frames}}"

_OF_INSTANCES: Final = {
    "": _get(instances.retrieve, "Retrieve instances"),
    "/metadata": _get(instances.metadata, "Retrieve metadata"),
    "/bulkdata": _get(pixels.bulk_data, "Retrieve bulk values"),
    "/pixeldata": _get(pixels.pixel_data, "Retrieve pixel data"),
    "/rendered": _get(rendered.rendered, "Retrieve pictures"),
    "/thumbnail": _get(rendered.thumbnail, "Retrieve a thumbnail"),
}


def _retrievals(place: str, more: Mapping[str, Operation]) -> Iterator[Route]:
    """What can be had of a study, a series or an instance."""
    for path, operation in _OF_INSTANCES.items():
        yield Route(place + path, {"GET": operation, **(more if not path else {})})


ROUTES: Final[Sequence[Route]] = (
    Route("studies", {"GET": _search(Level.STUDY, "Search for studies"), "POST": _STORE}),
    Route("series", {"GET": _search(Level.SERIES, "Search for series of all studies")}),
    Route("instances", {"GET": _search(Level.INSTANCE, "Search for instances of all studies")}),
    *_retrievals(_STUDY, {"POST": _STORE, "DELETE": _DELETE}),
    Route(f"{_STUDY}/series", {"GET": _search(Level.SERIES, "Search for series of a study")}),
    Route(f"{_STUDY}/instances", {"GET": _search(Level.INSTANCE, "Search for instances of a study")}),
    *_retrievals(_SERIES, {"DELETE": _DELETE}),
    Route(f"{_SERIES}/instances", {"GET": _search(Level.INSTANCE, "Search for instances of a series")}),
    *_retrievals(_INSTANCE, {"DELETE": _DELETE}),
    Route(f"{_INSTANCE}/bulkdata/{{bulk}}", {"GET": _get(pixels.bulk_value, "Retrieve a bulk value")}),
    Route(_FRAMES, {"GET": _get(pixels.frames, "Retrieve frames")}),
    Route(f"{_FRAMES}/rendered", {"GET": _get(rendered.rendered, "Retrieve pictures of frames")}),
    Route(f"{_FRAMES}/thumbnail", {"GET": _get(rendered.thumbnail, "Retrieve a thumbnail of a frame")}),
)
"""PS3.18: 10; a bulk value's path may have several segments."""

_BULK: Final = "{bulk}"
_BULK_PATH: Final = re.compile(r"[0-9A-Fa-f]{8}(/\d{1,6}/[0-9A-Fa-f]{8})*")
_FRAME: Final = re.compile(r"0*[1-9]\d{0,8}")
_SPLIT: Final = tuple((route, tuple(route.template.split("/"))) for route in ROUTES)


def route_of(path: Sequence[str]) -> tuple[Route, Target]:
    """The resource at a path, and what the path names.

    Raises Refused: 404 where there is none, 400 where a name in the path is none.
    """
    for route, template in _SPLIT:
        names = _names(template, path)
        if names is not None:
            return route, _target(names)
    raise Refused(404, f"there is no resource {'/'.join(path)[:200]!r} here")


def _names(template: Sequence[str], path: Sequence[str]) -> dict[str, str] | None:
    """What stands for the names in braces; None where the path is another one."""
    if template[-1] == _BULK and len(path) > len(template):
        path = (*path[: len(template) - 1], "/".join(path[len(template) - 1 :]))
    if len(path) != len(template):
        return None
    found: dict[str, str] = {}
    for wanted, given in zip(template, path, strict=True):
        if wanted.startswith("{"):
            found[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return found


def _target(names: Mapping[str, str]) -> Target:
    uids = {level: names[level] for level in ("study", "series", "instance") if level in names}
    for uid in uids.values():
        if not is_uid(uid):
            raise Refused(400, f"{uid[:LONGEST_UID]!r} is not a UID")
    bulk = names.get("bulk", "")
    if bulk and not _BULK_PATH.fullmatch(bulk):
        raise Refused(404, f"{bulk[:LONGEST_UID]!r} is not the path of a bulk value")
    return Target(**uids, frames=_frames(names.get("frames")), bulk=bulk.upper())


def _frames(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    numbers = text.split(",")
    for number in numbers:
        if not (number.isascii() and _FRAME.fullmatch(number)):
            raise Refused(400, f"{number[:80]!r} is not the number of a frame, which is 1 or more")
    return tuple(map(int, numbers))
