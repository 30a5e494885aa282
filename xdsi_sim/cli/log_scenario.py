"""`xdsi-sim log to-scenario`: what was on the wire as a scenario."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.exchange import Exchange
    from xdsi_sim.inspector.played_again import Made

__all__ = ["told_of", "write_scenario"]


def write_scenario(
    exchanges: Iterable[Exchange],
    to: Path,
    topology: str,
    *,
    receiver: str | None,
    waited_for: Sequence[str],
) -> Made:
    """Write the scenario; raises UsageError where the topology cannot be, or has no such actor."""
    from xdsi_sim.inspector.played_again import Wanted, make_scenario
    from xdsi_sim.topology.checked import did_you_mean
    from xdsi_sim.topology.loader import find_topology, load_topology

    if to.suffix not in (".yaml", ".yml"):
        raise UsageError("--to: a scenario is a file that ends in .yaml.")
    file = find_topology(topology)
    found = load_topology(file)
    ids = [placed.actor.id for placed in found.actors()]
    if receiver is not None and receiver not in ids:
        hint = did_you_mean(receiver, ids)
        raise UsageError(f"--actor: {found.name} has no actor '{receiver}'.", hint=hint)
    name = topology if file.stem == topology else str(file.resolve())
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as spool:
        wanted = Wanted(topology=name, name=_id_of(to.stem), receiver=receiver, waited_for=waited_for)
        return make_scenario(exchanges, found, wanted, to, Path(spool))


def _id_of(words: str) -> str:
    """The name of a file as the name of a scenario."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", words).strip("-") or "recorded"


def told_of(made: Made, to: str) -> Iterator[str]:
    """What has become of it, for people."""
    from xdsi_sim.scenario.reports.wording import plural

    images = f", {plural(made.images, 'image')}" if made.images else ""
    yield f"{plural(made.steps, 'step')}{images} in {to}"
    for why, count in made.left_out.items():
        yield f"left out: {plural(count, 'exchange')} {why}"
