"""All rules in words, as `xdsi-sim explain` has them."""

from __future__ import annotations

from itertools import groupby

from xdsi_sim.inspector.web.asked import Answered, Asked
from xdsi_sim.inspector.web.inspected import Inspected
from xdsi_sim.rules.catalogue import GROUPS, catalogue

__all__ = ["rules"]


def rules(inspected: Inspected, _asked: Asked) -> Answered:
    """By group; each has its id as anchor."""
    entries = groupby(catalogue().values(), key=lambda entry: entry.id[0])
    groups = [(letter, GROUPS[letter], list(found)) for letter, found in entries]
    return inspected.page("rules.html.j2", groups=groups)
