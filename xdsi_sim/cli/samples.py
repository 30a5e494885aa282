"""`xdsi-sim samples`: the studies of invented patients, as files for an archive that is to be tested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from xdsi_sim.cli.conventions import folder_to_fill
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

__all__ = ["samples"]


def samples(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Samples; all, where none is named.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="FOLDER", help="Write their DICOM files here, a folder for each."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """List the sample studies that scenarios load, or write them to a folder to be imported elsewhere.

    Every run writes the same files.

    Example: xdsi-sim samples ct-head mr-knee --to ./samples
    """
    from xdsi_sim.dicom.samples import SAMPLES, write_sample
    from xdsi_sim.topology.checked import did_you_mean

    for name in names or ():
        if name not in SAMPLES:
            raise UsageError(f"no sample study '{name}'.", hint=did_you_mean(name, SAMPLES))
    folder = folder_to_fill("--to", to)
    told = []
    for name in dict.fromkeys(names or SAMPLES):
        files = write_sample(name, folder / name) if folder is not None else ()
        told.append(_about(SAMPLES[name], files))
    if json_:
        print(json.dumps({"samples": told}))
    else:
        _print(told, folder)


def _about(sample: Any, files: tuple[Path, ...]) -> dict[str, Any]:
    header = sample.header
    return {
        "name": sample.name,
        "title": sample.title,
        "studyInstanceUID": header.study_instance_uid,
        "patientID": header.patient.ids[0].value,
        "patientName": header.patient.name,
        "instances": sum(series.count for series in sample.series),
        "files": [str(path) for path in files],
    }


def _print(told: list[dict[str, Any]], folder: Path | None) -> None:
    for each in told:
        what = f"{each['instances']} instances, {each['patientID']} {each['patientName']}"
        print(f"{each['name']:18} {each['studyInstanceUID']:12} {each['title']} ({what})")
    if folder is not None:
        print(f"{sum(len(each['files']) for each in told)} files written to {folder}")
