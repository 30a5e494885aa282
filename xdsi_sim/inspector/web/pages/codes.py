"""The codes that each affinity domain takes."""

from __future__ import annotations

from itertools import groupby

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.rules.code_sets import AllowedCode
from xdsi_sim.topology.model import Community
from xdsi_sim.topology.settings import codes_of

__all__ = ["codes"]

_Sets = list[tuple[str, list[AllowedCode]]]


def codes(inspected: Inspected, _asked: Asked) -> Answered:
    """By community and attribute."""
    domains = [(community, *_sets(community)) for community in inspected.running.topology.communities]
    return inspected.page("codes.html.j2", domains=domains)


def _sets(community: Community) -> tuple[_Sets | None, str | None]:
    """The codes, None where any will do; and what is wrong with their files since they were read."""
    try:
        found = codes_of(community)
    except (UsageError, OSError) as error:
        return None, str(error)
    if found is None:
        return None, None
    by_attribute = groupby(found.codes(), key=lambda code: code.attribute)
    return [(attribute, list(them)) for attribute, them in by_attribute], None
