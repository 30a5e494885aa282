"""Sessions: which there are, a form for a new one, and what takes out what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.server import admin
from xdsi_sim.server.loop import running_loop
from xdsi_sim.topology.codes.loader import file_name
from xdsi_sim.topology.sessions import Sessions

__all__ = ["add", "clear", "remove", "sessions"]

_LONGEST: Final = 200


def sessions(inspected: Inspected, _asked: Asked) -> Answered:
    """The page."""
    return _page(inspected, _keeper(inspected))


def _page(
    inspected: Inspected,
    keeper: Sessions,
    *,
    trouble: str | None = None,
    status: int = 200,
    given: Mapping[str, str] | None = None,
) -> Answered:
    found = running_loop().call(keeper.listed, None)
    return inspected.page(
        "sessions.html.j2",
        status=status,
        mode=found["mode"],
        known=found["sessions"],
        base=keeper.base,
        most=inspected.running.topology.limits.sessions,
        recorded=inspected.reader is not None,
        trouble=trouble,
        given={name: (given or {}).get(name, "") for name in ("name", "codes")},
    )


def add(inspected: Inspected, asked: Asked) -> Answered:
    """Make one, perhaps with a code table of its own."""
    keeper = _keeper(inspected)
    wanted: dict[str, Any] = {"name": asked.form.get("name", "").strip()[:_LONGEST]}
    if codes := asked.form.get("codes", "").strip():
        wanted |= {"codes": codes, "file": file_name(codes)}
    return _done(inspected, keeper, lambda: keeper.add(wanted), given=asked.form)


def clear(inspected: Inspected, asked: Asked) -> Answered:
    """Take out what one holds."""
    keeper, name = _keeper(inspected), asked.form.get("name", "")
    return _done(inspected, keeper, lambda: keeper.clear(name))


def remove(inspected: Inspected, asked: Asked) -> Answered:
    """Take one away."""
    keeper, name = _keeper(inspected), asked.form.get("name", "")
    return _done(inspected, keeper, lambda: keeper.remove(name))


def _done(
    inspected: Inspected,
    keeper: Sessions,
    change: Callable[[], Any],
    given: Mapping[str, str] | None = None,
) -> Answered:
    """Change something; what goes wrong stands above the list, and a form keeps what was in it."""
    try:
        running_loop().call(change)
    except admin.Refused as refused:
        words = f"{refused} {refused.hint or ''}".strip()
        return _page(inspected, keeper, trouble=words, status=refused.status, given=given)
    except UsageError as error:
        words = str(error)
        return _page(inspected, keeper, trouble=words, status=400, given=given)
    return Answered.elsewhere(f"/{PATH}/sessions")


def _keeper(inspected: Inspected) -> Sessions:
    if inspected.running.keeper is None:
        raise Refused(404, "There are no sessions here.", "Start the actors with --sessions open.")
    return inspected.running.keeper
