"""`backend:` of an imaging source: its own store, or an archive that it stands in front of."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["Backend", "BackendOption"]

_ADDRESS: Final = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")
_LOCAL: Final = "local"


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise wrong(
            f"'{value}' is not the address of a DICOMweb service, such as http://127.0.0.1:8042/dicom-web"
        )
    return value.rstrip("/")


class Backend(Checked):
    """An archive that has the instances of a source."""

    dicomweb: Annotated[str, AfterValidator(_address)]
    """Address of its DICOMweb service."""


def _read(value: Any) -> Any:
    if isinstance(value, str):
        if value != _LOCAL:
            hint = did_you_mean(value, (_LOCAL,))
            raise wrong(f"expected '{_LOCAL}' or 'dicomweb: URL', found '{value}'", hint=hint)
        return None
    return value


BackendOption = Annotated[
    Backend | None,
    BeforeValidator(_read),
    WithJsonSchema({"anyOf": [{"const": _LOCAL}, Backend.model_json_schema()]}),
]
"""None where the source has a store of its own, which is written `local`."""
