"""Wrong behaviour on purpose: what is on, and a switch for each deviation."""

from __future__ import annotations

from typing import Any, Final

from xdsi_sim.deviations.catalogue import explain, families
from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.topology.fault import read_fault
from xdsi_sim.topology.model import Server

__all__ = ["faults", "off", "on"]

_FIELDS: Final = ("actor", "deviation", "transaction")
_COUNTED: Final = ("call",)
_BY: Final = "inspector"


def faults(inspected: Inspected, _asked: Asked) -> Answered:
    """The page."""
    return _page(inspected)


def _page(inspected: Inspected, *, trouble: str | None = None, given: Any = None) -> Answered:
    running = inspected.running
    actors = [placed.actor.id for placed in running.topology.actors() if isinstance(placed.actor, Server)]
    return inspected.page(
        "faults.html.j2",
        status=400 if trouble else 200,
        switches=running.faults.switches(),
        actors=[id for id in actors if id not in running.elsewhere],
        families=tuple(families()),
        explain=explain,
        trouble=trouble,
        given={name: (given or {}).get(name, "") for name in (*_FIELDS, *_COUNTED, "parameters")},
        alone=running.alone,
    )


def on(inspected: Inspected, asked: Asked) -> Answered:
    """Switch one on."""
    _refuse_company(inspected)
    form = {name: value.strip() for name, value in asked.form.items()}
    wanted: dict[str, Any] = {name: form[name] for name in _FIELDS if form.get(name)}
    try:
        wanted |= {name: _number(form[name]) for name in _COUNTED if form.get(name)}
        wanted["parameters"] = dict(map(_parameter, form.get("parameters", "").split()))
        inspected.running.faults.on(read_fault(wanted), by=_BY)
    except UsageError as error:
        return _page(inspected, trouble=str(error), given=form)
    return Answered.elsewhere(f"/{PATH}/faults")


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"'{text[:80]}' is not NAME=VALUE.")
    return name, value


def off(inspected: Inspected, asked: Asked) -> Answered:
    """Switch one off, or all."""
    _refuse_company(inspected)
    number = asked.form.get("number", "")
    if number and not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise Refused(400, "A fault has a number.")
    inspected.running.faults.off(int(number) if number else None)
    return Answered.elsewhere(f"/{PATH}/faults")


def _refuse_company(inspected: Inspected) -> None:
    if not inspected.running.alone:
        raise Refused(
            409, "Several processes answer here, and only one would hear of it.", "Use --workers 1."
        )
