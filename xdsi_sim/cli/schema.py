"""`schema`: the JSON Schemas of what people write and programs read."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from xdsi_sim.cli.options import JsonOption

__all__ = ["schema"]


def schema(
    of: Annotated[
        Literal["scenario", "topology", "fragment", "sut", "report", "tests", "load"],
        typer.Argument(
            metavar="KIND",
            help="A file that you write, the steps that one includes, a report.json, or load.json.",
        ),
    ] = "scenario",
    json_: JsonOption = False,  # noqa: ARG001  it is JSON anyway
) -> None:
    """Print a JSON Schema: for completion in editors, and for programs that check or read these files.

    Example: xdsi-sim schema scenario > scenario.schema.json
    """
    from xdsi_sim.sut.schema import schema_of

    print(json.dumps(schema_of(of), indent=2))
