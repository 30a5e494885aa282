"""The inspector of a topology that runs, from its start to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from xdsi_sim.client.faults import TOKEN_VARIABLE
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.inspector.web.resource import InspectorResource
from xdsi_sim.server.loop import running_loop
from xdsi_sim.topology.build import RunningTopology

__all__ = ["inspecting"]


@contextmanager
def inspecting(running: RunningTopology) -> Iterator[str]:
    """Serve the inspector at the address that this gives; end it before the topology is closed.

    Runs and surveys that were begun on its pages end with it.
    """
    loop = running_loop()
    inspected = Inspected(running=running, reader=running.log)
    resource = InspectorResource(inspected, loop.reactor, token=os.environ.get(TOKEN_VARIABLE) or None)
    address = f"{running.put(PATH, resource)}/"
    try:
        yield address
    finally:
        loop.call(resource.close)
        inspected.close()
