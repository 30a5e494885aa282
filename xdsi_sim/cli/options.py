"""Options that several commands have, each declared once: the same name means and takes the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from xdsi_sim.cli.conventions import DATA_VARIABLE

__all__ = [
    "HERE",
    "AtOption",
    "CertificatesOption",
    "DataOption",
    "JsonOption",
    "ListenOption",
    "PeerOption",
    "ReportsOption",
    "SessionOption",
    "ViewerOption",
]

HERE: Final = "http://127.0.0.1:8080"
"""Where actors answer, unless `--at` says otherwise."""

AtOption = Annotated[str, typer.Option("--at", metavar="URL", help=f"Where actors answer: {HERE}.")]
CertificatesOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", envvar=DATA_VARIABLE, help="Its certificates speak TLS."),
]
DataOption = Annotated[
    str | None,
    typer.Option("--data", metavar="FOLDER", help="Keep the data here; without, they go at the end."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
ListenOption = Annotated[
    str | None, typer.Option("--listen", metavar="HOST:PORT", help="Listen here; port 0 takes a free one.")
]
PeerOption = Annotated[
    list[str] | None,
    typer.Option("--peer", metavar="ACTOR=URL", help="A foreign system plays this actor; may be repeated."),
]
ReportsOption = Annotated[
    str | None,
    typer.Option("--reports", metavar="FOLDER", help="Write report.html, junit.xml, report.json."),
]
SessionOption = Annotated[
    str | None, typer.Option("--session", metavar="NAME", help="In the session of this name.")
]
ViewerOption = Annotated[
    str | None,
    typer.Option("--viewer", metavar="FOLDER", help="Show studies with the build of OHIF that is there."),
]
