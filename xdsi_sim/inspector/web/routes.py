"""Which page is at which path below the inspector's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xdsi_sim.inspector.web.asked import Answered, Refused
from xdsi_sim.inspector.web.pages import (
    again,
    checklist,
    codes,
    compare,
    conversation,
    faults,
    message,
    messages,
    overview,
    parts,
    patients,
    rules,
    scenarios,
    sessions,
    static,
    studies,
)

__all__ = ["found"]

_Make = Callable[..., Answered]
"""Takes what is inspected, what is asked, and what of the path is not fixed."""


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: str
    """`*` stands for any one part."""
    make: _Make


_ROUTES: Final = (
    _Route("GET", "", overview.overview),
    _Route("GET", "actors", overview.actors),
    _Route("GET", "studies/*/*/picture", studies.thumbnail),
    _Route("GET", "static/*", static.file),
    _Route("GET", "messages", messages.messages),
    _Route("GET", "messages/rows", messages.rows),
    _Route("GET", "messages/export", messages.export),
    _Route("GET", "messages/*", message.message),
    _Route("GET", "messages/*/raw/*", message.raw),
    _Route("GET", "messages/*/body/*", message.body),
    _Route("GET", "messages/*/parts/*", parts.part),
    _Route("GET", "messages/*/parts/*/octets", parts.octets),
    _Route("GET", "messages/*/parts/*/picture", parts.picture),
    _Route("GET", "messages/*/resend", again.ask),
    _Route("POST", "messages/*/resend", again.resend),
    _Route("GET", "messages/*/compare", compare.compare),
    _Route("GET", "conversations/*", conversation.conversation),
    _Route("GET", "rules", rules.rules),
    _Route("GET", "scenarios", scenarios.scenarios),
    _Route("POST", "scenarios/*", scenarios.start),
    _Route("GET", "runs/*", scenarios.run),
    _Route("GET", "runs/*/steps", scenarios.progress),
    _Route("GET", "runs/*/report.html", scenarios.report),
    _Route("GET", "runs/*/messages/*", scenarios.body),
    _Route("GET", "checklist", checklist.checklist),
    _Route("POST", "checklist", checklist.begin),
    _Route("GET", "checklists/*", checklist.survey),
    _Route("GET", "checklists/*/phases", checklist.progress),
    _Route("GET", "checklists/*/gaps.html", checklist.report),
    _Route("GET", "checklists/*/files/*", checklist.file),
    _Route("GET", "checklists/*/trace/report.html", checklist.trace),
    _Route("GET", "checklists/*/trace/messages/*", checklist.body),
    _Route("GET", "codes", codes.codes),
    _Route("POST", "codes", codes.change),
    _Route("POST", "codes/back", codes.back),
    _Route("GET", "patients", patients.patients),
    _Route("POST", "patients", patients.tell),
    _Route("GET", "sessions", sessions.sessions),
    _Route("POST", "sessions", sessions.add),
    _Route("POST", "sessions/clear", sessions.clear),
    _Route("POST", "sessions/remove", sessions.remove),
    _Route("GET", "faults", faults.faults),
    _Route("POST", "faults", faults.on),
    _Route("POST", "faults/off", faults.off),
)


def found(method: str, path: tuple[str, ...]) -> tuple[_Make, tuple[str, ...]]:
    """The page at a path, and the parts of it that are not fixed; raises Refused."""
    fitting = [(route, arguments) for route in _ROUTES if (arguments := _arguments(route, path)) is not None]
    for route, arguments in fitting:
        if route.method == method:
            return route.make, arguments
    if fitting:
        raise Refused(405, f"{method[:20]} is not served here.")
    raise Refused(404, "There is no such page.")


def _arguments(route: _Route, path: tuple[str, ...]) -> tuple[str, ...] | None:
    pattern = route.path.split("/")
    if len(pattern) != len(path) or any(
        one not in ("*", two) for one, two in zip(pattern, path, strict=True)
    ):
        return None
    return tuple(two for one, two in zip(pattern, path, strict=True) if one == "*")
