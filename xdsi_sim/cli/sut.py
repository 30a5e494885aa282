"""`xdsi-sim sut` and `xdsi-sim test`: a system under test, tried and tested."""

from __future__ import annotations

import json
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from xdsi_sim.cli.conventions import COULD_NOT_RUN, DATA_VARIABLE, FINDINGS, GOOD, folder_to_fill
from xdsi_sim.cli.options import JsonOption, ReportsOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.sut.loader import LoadedSystem
    from xdsi_sim.tls.settings import Tls

__all__ = ["bench", "loaded_system", "sut"]

sut = typer.Typer(
    name="sut",
    help="A system under test: whether it answers, and what has to be entered in it.\n\n"
    "Example: xdsi-sim sut check sut.yaml",
    no_args_is_help=True,
)

DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        envvar=DATA_VARIABLE,
        help="Where our certificates are kept, if it has `tls`.",
    ),
]
_CODES: Final = {"pass": GOOD, "fail": FINDINGS, "error": COULD_NOT_RUN, "not-run": COULD_NOT_RUN}


@sut.callback()
def _sut() -> None:
    """Nothing of its own: a group stays one, though it has one command."""


@sut.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The description of a system under test.")],
    data: DataOption = None,
    json_: JsonOption = False,
) -> None:
    """Try each address of a system, and say what answers, what is wrong, and what to enter in the system.

    Example: xdsi-sim sut check sut.yaml
    """
    from xdsi_sim.sut.checking import check_system, taken_ports
    from xdsi_sim.sut.telling import document_of_check, print_checked, print_taken

    loaded, tls = loaded_system(file, data)
    told = []
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as spool:
        for checked in check_system(loaded, Path(spool), tls):
            told.append(checked)
            if not json_:
                print_checked(checked)
    taken = taken_ports(loaded)
    if json_:
        print(json.dumps(document_of_check(loaded.system.name, told, taken)))
    else:
        print_taken(taken)
    raise typer.Exit(GOOD if all(checked.good for checked in told) and not taken else FINDINGS)


def bench(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="The system under test; without, our own actors.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help="Only the tests of this role; may be repeated."),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Only tests with this tag; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--id", metavar="ID", help="Only this test; may be repeated.")
    ] = None,
    reports: ReportsOption = None,
    data: DataOption = None,
    json_: JsonOption = False,
) -> None:
    """Play the tests that fit a system under test, and say how each came out.

    Example: xdsi-sim test sut.yaml --role registry --reports ./reports
    """
    from xdsi_sim.sut.bench import play_tests
    from xdsi_sim.sut.plan import plan_of
    from xdsi_sim.sut.reports import write_reports
    from xdsi_sim.sut.reports.as_json import document_of
    from xdsi_sim.sut.telling import Told, Untold
    from xdsi_sim.topology.listen import Listen

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what ran is still reported
    folder = folder_to_fill("--reports", reports)
    loaded = None if file is None else loaded_system(file, data)[0]
    plan = plan_of(loaded, role or (), tag or (), only or ())
    spectator: Any = Untold() if json_ else Told()
    listen = Listen("127.0.0.1", 0) if loaded is None else None
    with ExitStack() as stack:
        kept = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="xdsi-sim-", ignore_cleanup_errors=True)
        )
        run = play_tests(plan, Path(kept), spectator, listen=listen)
        written = write_reports(run, folder) if folder is not None else ()
        if json_:
            print(json.dumps(document_of(run)))
        else:
            spectator.end(run, written)
    raise typer.Exit(_CODES[run.outcome.value])


def loaded_system(file: str, data: str | None) -> tuple[LoadedSystem, Tls | None]:
    """The description, with certificates of ours where it has `tls`; raises UsageError."""
    from xdsi_sim.sut.certificates import with_certificates
    from xdsi_sim.sut.loader import load_system

    loaded, folder = load_system(Path(file)), folder_to_fill("--data", data)
    if loaded.system.tls is None:
        return loaded, None
    if loaded.system.tls.certificate is None and folder is None:
        raise UsageError(
            "certificates of ours are made, and kept for the next time.",
            hint="Name by --data a folder for them; your system has to trust its tls/authority.pem.",
        )
    return with_certificates(loaded, folder or Path())
