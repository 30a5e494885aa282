"""`load`: files come into the store of an actor that is not running: images, or saved submissions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from xdsi_sim.cli.conventions import DATA_VARIABLE, FINDINGS, GOOD, Stack, folder_to_fill, listen_option
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.topology.bulk import Tell
    from xdsi_sim.topology.bulk_work import Judged
    from xdsi_sim.topology.model import Topology

__all__ = ["load"]

PathsArgument = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="DICOM files, a DICOMDIR, folders and zip archives of them."),
]
StackOption = Annotated[
    Stack | None,
    typer.Option("--stack", help="How to publish: mhd is by ITI-65, to the FHIR face of its community."),
]
_SHOWN: Final = 100  # refusals; --json has them all


def load(
    paths: PathsArgument,
    data: Annotated[
        str,
        typer.Option("--data", metavar="FOLDER", envvar=DATA_VARIABLE, help="The data folder of `up`."),
    ],
    metadata: Annotated[
        bool, typer.Option("--metadata", help="They are submissions instead: lcm:SubmitObjectsRequest.")
    ] = False,
    topology: Annotated[
        str, typer.Option("--topology", metavar="FILE", help="Whose actor it is: a file, or a name.")
    ] = "central",
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Which of its imaging sources.")
    ] = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish a manifest of each study, by RAD-68.")
    ] = False,
    stack: StackOption = None,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST:PORT", help="As for `up`: where manifests say it answers."),
    ] = None,
    registry: Annotated[
        str | None, typer.Option("--registry", metavar="ID", help="Which of its registries.")
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, metavar="N", help="Load with N processes.")
    ] = 1,
    json_: JsonOption = False,
) -> None:
    """Load DICOM studies into an imaging source, or saved metadata into a registry; neither may be running.

    Objects are kept as they come, in any transfer syntax; --publish sends a manifest of each study. With
    --metadata a file holds one request, alone or in its SOAP envelope, or one on each line, and each is
    judged as by ITI-42. What cannot be taken is listed, the rest is loaded.

    Example: xdsi-sim load images/ --source pacs-north --data ./data --publish
    """
    from xdsi_sim.topology.loader import find_topology, load_topology

    _refuse_missing(paths)
    address = listen_option(listen)
    found, folder = load_topology(find_topology(topology)), folder_to_fill("--data", data) or Path()
    if metadata:
        _load_metadata(found, registry, folder, paths, workers, json_=json_)
    from xdsi_sim.cli.load_dicom import load_dicom

    load_dicom(
        paths,
        data=folder,
        topology=found,
        source=source,
        publish=publish,
        stack=stack,
        listen=address,
        json_=json_,
    )


def _load_metadata(
    topology: Topology, registry: str | None, folder: Path, paths: list[Path], workers: int, *, json_: bool
) -> NoReturn:
    from xdsi_sim.topology.bulk import load_metadata
    from xdsi_sim.topology.saved import metadata_files

    chosen = _registry(topology, registry)
    files = metadata_files(paths)
    with _told(files, quiet=json_) as told:
        refused = load_metadata(topology, chosen, folder, files, told.hear, workers=workers)
    _print(chosen, told, refused, json_=json_)
    raise typer.Exit(FINDINGS if refused else GOOD)


def _refuse_missing(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no file or folder '{path}'.")


def _registry(topology: Topology, id: str | None) -> str:
    """The registry that is meant; raises UsageError where it is not there, or one of several."""
    registries = (community.registry for community in topology.communities)
    ids = [one.id for one in registries if one is not None]
    if id is None and len(ids) == 1:
        return ids[0]
    if id not in ids:
        known = f"Known: {', '.join(ids)}."
        raise UsageError(f"--registry: {'which one?' if id is None else f'no registry {id!r}.'}", hint=known)
    return id


class _Count:
    """What is told of the work as a whole."""

    def __init__(self, advance: Tell) -> None:
        self.submissions = 0
        self.objects = 0
        self._advance = advance

    def hear(self, judged: Judged) -> None:
        """One more is decided."""
        self.submissions += 1
        self.objects += judged.objects
        self._advance(judged)


@contextmanager
def _told(files: Sequence[Path], *, quiet: bool) -> Iterator[_Count]:
    """Count, and show on a terminal how far it has come."""
    from rich.progress import Progress

    from xdsi_sim.scenario.printing import console

    output = console()
    with Progress(console=output, transient=True, disable=quiet or not output.is_terminal) as progress:
        task = progress.add_task("Loading", total=sum(file.stat().st_size for file in files))
        yield _Count(lambda judged: progress.advance(task, judged.octets))


def _print(registry: str, told: _Count, refused: Sequence[Judged], *, json_: bool) -> None:
    if json_:
        shown = [
            {
                "where": one.where,
                "errors": [{"errorCode": code, "codeContext": context} for code, context in one.errors],
            }
            for one in refused
        ]
        counts = {
            "registry": registry,
            "submissions": told.submissions - len(refused),
            "objects": told.objects,
        }
        print(json.dumps({**counts, "refused": shown}))
        return
    from xdsi_sim.scenario.printing import console, print_table
    from xdsi_sim.scenario.reports.wording import plural

    output = console()
    rows = [(one.where, code, context) for one in refused[:_SHOWN] for code, context in one.errors]
    if rows:
        print_table(output, "Refused", ("Where", "Code", "Why"), rows)
    left = f" ({len(refused) - _SHOWN} more are not shown)" if len(refused) > _SHOWN else ""
    taken = plural(told.submissions - len(refused), "submission")
    output.print(
        f"{taken} with {plural(told.objects, 'object')} loaded into {registry}, {len(refused)} refused{left}."
    )
