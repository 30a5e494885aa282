"""`${fresh.uuid}`, `${fresh.uid}`, `${fresh.time}`: what is new each time that it is asked for."""

from __future__ import annotations

from typing import Final

from xdsi_sim.clock import now
from xdsi_sim.ids import new_uid, new_uuid

__all__ = ["FRESH", "NAME", "Fresh"]

NAME: Final = "fresh"
"""By which scenarios know it."""


class Fresh:
    """Values that nobody has used before; with a seed they are counted, and the time stands still."""

    @property
    def uuid(self) -> str:
        """`urn:uuid:`, for a message or an object."""
        return new_uuid()

    @property
    def uid(self) -> str:
        """For a document or a DICOM object."""
        return new_uid()

    @property
    def time(self) -> str:
        """Now, in UTC, as metadata have it: `20260101120000`."""
        return f"{now():%Y%m%d%H%M%S}"


FRESH: Final = Fresh()
