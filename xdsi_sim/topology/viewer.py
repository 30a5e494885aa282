"""The setting `viewer` of a topology: where the files of a web viewer are, and where people open it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from xdsi_sim.dicomweb.ohif import CONFIG, INDEX, MODE
from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.dicomweb import PublicUrl

__all__ = ["Viewer", "ViewerOption", "check_viewer"]

_HOW: Final = "The page 'viewer' of the manual tells where to get OHIF."
_BUILT: Final = ("dist", "package/dist", "node_modules/@ohif/app/dist")
"""Where the files are in what npm brings."""


class Viewer(Checked):
    """A web viewer of the studies of all sources."""

    folder: Path
    """The built files of OHIF 3."""
    publicUrl: PublicUrl | None = None
    """Address that people open, where it is not that of the topology: behind a proxy."""

    def beside(self, folder: Path) -> Viewer:
        """The same with a relative path taken from `folder`, where the topology's file is."""
        return self.model_copy(update={"folder": folder / self.folder})


def _as_settings(value: Any) -> Any:
    return {"folder": value} if isinstance(value, str) else value


class _OrFolder:
    """Adds the bare folder to the JSON Schema, when that is asked for."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core)]}


ViewerOption = Annotated[Viewer | None, BeforeValidator(_as_settings), _OrFolder()]
"""A folder, or settings."""


def check_viewer(folder: Path, communities: Iterable[str]) -> None:
    """Look at the folder; raises UsageError where it holds no build of OHIF, or a community has its path."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}.", hint=_HOW)
    if not all((folder / name).is_file() for name in (INDEX, CONFIG)):
        inside = (folder / path for path in _BUILT if (folder / path / INDEX).is_file())
        hint = next((f"Did you mean '{path}'?" for path in inside), _HOW)
        raise UsageError(f"{folder} is no build of OHIF 3, which has {INDEX} and {CONFIG}.", hint=hint)
    for id in communities:
        if id == MODE or (folder / id).exists():
            raise UsageError(f"the viewer has pages at /{id}, as community '{id}' has its actors.")
