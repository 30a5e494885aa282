"""`dicomweb:` of an imaging source: its public address, and what it lets others do."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from xdsi_sim.topology.checked import Checked, wrong

__all__ = ["DicomWebFace", "PublicUrl"]

_ORIGIN: Final = re.compile(r"https?://[^/?#\s]+")
_ADDRESS: Final = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


def _origin(value: str) -> str:
    if value != "*" and not _ORIGIN.fullmatch(value):
        raise wrong(f"'{value}' is not an origin, such as https://viewer.example, nor '*'")
    return value


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise wrong(f"'{value}' is not an address, such as https://pacs.example/dicom-web")
    return value.rstrip("/")


PublicUrl = Annotated[str, AfterValidator(_address)]
"""An address as clients write it, without a slash at its end."""


class DicomWebFace(Checked):
    """How the DICOMweb face of a source behaves."""

    publicUrl: PublicUrl | None = None
    """Address that clients use, where it is not that of the actor: behind a proxy."""
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ("*",)
    """Origins of pages that may read answers."""
    delete: bool = False
    """Whether studies, series and instances may be deleted."""
    mostResults: Annotated[int, Field(ge=1)] = 10_000
    """Results that one search gives at once."""
