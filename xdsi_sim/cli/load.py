"""`load`: files come into the store of an actor that is not running."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from xdsi_sim.cli.conventions import DATA_VARIABLE, JsonOption, folder_to_fill
from xdsi_sim.errors import UsageError

__all__ = ["load"]


def load(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="DICOM files, a DICOMDIR, folders and zip archives of them."),
    ],
    data: Annotated[
        str,
        typer.Option("--data", metavar="DIR", envvar=DATA_VARIABLE, help="The data folder of `up`."),
    ],
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Which of its imaging sources.")
    ] = None,
    topology: Annotated[
        str, typer.Option("--topology", metavar="FILE", help="Whose actor it is: a file, or a name.")
    ] = "central",
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish a manifest of each study, by RAD-68.")
    ] = False,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST:PORT", help="As for `up`: where manifests say it answers."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Load DICOM studies into an imaging source that is not running, and publish their manifests.

    Objects are kept as they come, in any transfer syntax. What cannot be read is listed, the rest is loaded.

    Example: xdsi-sim load images/ --source pacs-north --data ./data --publish
    """
    from xdsi_sim.cli.load_dicom import load_dicom  # noqa: PLC0415
    from xdsi_sim.topology.loader import find_topology, load_topology  # noqa: PLC0415
    from xdsi_sim.topology.model import Listen  # noqa: PLC0415

    _refuse_missing(paths)
    try:
        address = None if listen is None else Listen.parse(listen)
    except ValueError as error:
        raise UsageError(f"--listen: {error}.") from None
    load_dicom(
        paths,
        data=folder_to_fill("--data", data) or Path(),
        topology=load_topology(find_topology(topology)),
        source=source,
        publish=publish,
        listen=address,
        json_=json_,
    )


def _refuse_missing(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no file or folder '{path}'.")
