"""The codes that each affinity domain takes, and a form that changes them for the next message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.rules.code_sets import AllowedCode, CodeSets
from xdsi_sim.topology.codes.in_force import CHECKS, CodeDomain, Holding
from xdsi_sim.topology.codes.loader import XML, YAML, file_name
from xdsi_sim.topology.model import Community, OnDemandSource, Recipient, Registry, Repository

__all__ = ["back", "change", "codes"]

_MOST: Final = {XML: 4 * 1024 * 1024, YAML: 1024 * 1024}
"""Octets of a table; YAML has as many values in less, and takes longer to read."""
_JUDGES: Final = (Registry, Repository, Recipient, OnDemandSource)
_ENCODING: Final = re.compile(r"""\A(<\?xml\b[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')""")
"""What an XML file says of octets that are text by now."""

_Sets = list[tuple[str, list[AllowedCode]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A domain on the page."""

    community: Community
    state: Holding
    sets: _Sets
    judges: tuple[str, ...]
    """Ids of those who answer here and judge codes."""


def codes(inspected: Inspected, _asked: Asked) -> Answered:
    """By community and attribute."""
    return _page(inspected)


def _page(
    inspected: Inspected, *, trouble: str | None = None, given: Mapping[str, str] | None = None
) -> Answered:
    return inspected.page(
        "codes.html.j2",
        status=400 if trouble else 200,
        domains=[_shown(inspected, community) for community in inspected.running.topology.communities],
        checks=CHECKS,
        alone=inspected.running.alone,
        trouble=trouble,
        given={name: (given or {}).get(name, "") for name in ("community", "check", "codes")},
    )


def _shown(inspected: Inspected, community: Community) -> _Shown:
    state = inspected.running.domains[community.id].state
    elsewhere = inspected.running.elsewhere
    judges = (actor.id for _, actor in community.actors() if isinstance(actor, _JUDGES))
    return _Shown(
        community=community,
        state=state,
        sets=_sets(state.known),
        judges=tuple(id for id in judges if id not in elsewhere),
    )


def _sets(known: CodeSets | None) -> _Sets:
    by_attribute = groupby(known.codes() if known else (), key=lambda code: code.attribute)
    return [(attribute, list(them)) for attribute, them in by_attribute]


def change(inspected: Inspected, asked: Asked) -> Answered:
    """Let another table hold, or the same be checked otherwise."""
    domain, text = _domain(inspected, asked), asked.form.get("codes", "")
    try:
        check = next((one for one in CHECKS if one == asked.form.get("check")), None)
        if check is None:
            raise UsageError(f"'check' is {', '.join(CHECKS)}.")
        if text.strip():
            with _written(text) as table:
                domain.change(check, table)
        else:
            domain.change(check)
    except UsageError as error:
        given = {**asked.form, "codes": text if len(text) <= _MOST[YAML] else ""}
        return _page(inspected, trouble=str(error), given=given)
    return Answered.elsewhere(f"/{PATH}/codes")


def back(inspected: Inspected, asked: Asked) -> Answered:
    """Let hold again what the topology says."""
    _domain(inspected, asked).back()
    return Answered.elsewhere(f"/{PATH}/codes")


def _domain(inspected: Inspected, asked: Asked) -> CodeDomain:
    """What is to be changed; raises Refused."""
    if not inspected.running.alone:
        raise Refused(
            409, "Several processes answer here, and only one would hear of it.", "Use --workers 1."
        )
    community = asked.form.get("community", "")
    if community not in inspected.running.domains:
        raise Refused(404, "There is no such community here.")
    return inspected.running.domains[community]


@contextmanager
def _written(text: str) -> Iterator[Path]:
    """The table as a file, for as long as it is read; what is wrong in it is told without our folder."""
    plain = text.removeprefix("\ufeff")
    name = file_name(plain)
    octets = (_ENCODING.sub(r"\1", plain) if name == XML else plain).encode("utf-8", "replace")
    if len(octets) > _MOST[name]:
        raise UsageError(f"{name} is at most {_MOST[name]} octets.")
    with TemporaryDirectory(prefix="xdsi-sim-codes-") as folder:
        table = Path(folder, name)
        table.write_bytes(octets)
        try:
            yield table
        except UsageError as error:
            if error.file == str(table):
                error.file = table.name
            raise
