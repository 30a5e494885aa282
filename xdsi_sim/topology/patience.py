"""`timeouts:` of a topology: how long its actors wait for others."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from xdsi_sim.topology.checked import Checked

__all__ = ["Patience"]

Seconds = Annotated[float, Field(gt=0)]


class Patience(Checked):
    """How long peers are waited for, in seconds."""

    connect: Seconds = 5
    """For a connection."""
    firstByte: Seconds = 30
    """For the first octet of an answer."""
    total: Seconds = 300
    """For all of it."""
    reply: Seconds = 300
    """For the answer to an asynchronous request."""
