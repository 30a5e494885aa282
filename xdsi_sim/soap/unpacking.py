"""A message that is there as a whole, taken apart; one that arrives is read by `mtom` piece by piece."""

from __future__ import annotations

from pathlib import Path

from xdsi_sim.content import Content, chunks_of
from xdsi_sim.soap.coding import coding_of
from xdsi_sim.soap.media import Headers, header
from xdsi_sim.soap.mtom import Package, PackageReader

__all__ = ["unpacked"]


def unpacked(headers: Headers, body: Content, folder: Path) -> Package:
    """The SOAP part and the others, large ones in `folder`; raises ProtocolViolation where there is none."""
    coding = coding_of(header(headers, "content-encoding"))
    reader = PackageReader(header(headers, "content-type"), folder, coding=coding)
    for piece in chunks_of(body):
        reader.feed(piece)
    return reader.finish()
