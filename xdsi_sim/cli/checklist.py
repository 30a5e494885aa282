"""`checklist`: the adoption checklist, and the gap report of a deployment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from xdsi_sim.cli.conventions import FINDINGS, GOOD, folder_to_fill, listen_option
from xdsi_sim.cli.options import DataOption, JsonOption, ListenOption, PeerOption, ViewerOption
from xdsi_sim.cli.peers import with_peers
from xdsi_sim.cli.sut import loaded_system
from xdsi_sim.cli.viewers import with_viewer
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from xdsi_sim.checklist.answers import Answers
    from xdsi_sim.checklist.gaps import GapReport, Line
    from xdsi_sim.checklist.rows import Row
    from xdsi_sim.scenario.record import StepRecord
    from xdsi_sim.topology.model import Topology

__all__ = ["checklist"]

_SETS: Final = ("S", "M", "K", "T", "Q", "D")

checklist = typer.Typer(
    name="checklist",
    help="The recommendations for sharing imaging, and what of them a deployment keeps.\n\n"
    "Example: xdsi-sim checklist run central",
    invoke_without_command=True,
)

DeploymentArgument = Annotated[
    str,
    typer.Argument(
        metavar="TOPOLOGY|SUT", help="A topology or a sut.yaml, or the name of a topology that ships."
    ),
]
AnswersOption = Annotated[
    list[str] | None,
    typer.Option("--answers", metavar="FILE", help="Answers of a jurisdiction; may be repeated."),
]
PatientsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--patient", metavar="CX", help="Look at what is there of this patient, and publish nothing."
    ),
]
ManifestOption = Annotated[
    Literal["xds-i", "mado"] | None,
    typer.Option("--manifest", help="Profile of the manifests that our own sources make."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="LETTER", help="Only rows of this set: S, M, K, T, Q, D; may be repeated."),
]


@checklist.callback()
def rows(context: typer.Context, sets: SetOption = None, json_: JsonOption = False) -> None:
    """Print the rows: what is recommended, and how it is found out.

    Example: xdsi-sim checklist --set M
    """
    if context.invoked_subcommand is not None:
        return
    from xdsi_sim.checklist.rows import ROWS

    chosen = [row for row in ROWS.values() if not sets or row.set in _sets(sets)]
    if json_:
        print(json.dumps({"rows": [_facts(row) for row in chosen]}))
        return
    from xdsi_sim.scenario.printing import console, print_table

    columns = ("Row", "Topic", "Recommendation", "Found out by", "How")
    print_table(console(), "Adoption checklist", columns, map(_cells, chosen))


def _sets(sets: Sequence[str] | None) -> tuple[str, ...]:
    chosen = tuple(letter.upper() for letter in sets or ())
    for letter in chosen:
        if letter not in _SETS:
            raise UsageError(f"--set: '{letter}' is no set.", hint=f"Known: {', '.join(_SETS)}.")
    return chosen


def _facts(row: Row) -> dict[str, Any]:
    from xdsi_sim.checklist.rows import SETS
    from xdsi_sim.checklist.table import automatic, cited

    return {
        "id": row.id,
        "set": row.set,
        "title": SETS[row.set],
        "topic": row.topic,
        "recommendation": row.recommendation,
        "how": row.how,
        "automatic": automatic(row),
        "cites": cited(row),
        "architectures": list(row.architectures),
        "stack": row.stack or None,
    }


def _cells(row: Row) -> tuple[str, ...]:
    from xdsi_sim.checklist.table import automatic

    by = "a program" if automatic(row) else f"a program, with {row.stack.upper()}" if row.stack else "asking"
    return row.id, row.topic, row.recommendation, by, row.how


@checklist.command()
def answers(
    jurisdiction: Annotated[
        str, typer.Option("--jurisdiction", metavar="NAME", help="Country or region that answers.")
    ] = "Name of the country or region",
) -> None:
    """Print a file of answers to be filled in, with the rows that only people can tell.

    Example: xdsi-sim checklist answers --jurisdiction Utopia > utopia.yaml
    """
    from xdsi_sim.checklist.rows import ROWS
    from xdsi_sim.checklist.table import automatic

    lines = [f"jurisdiction: {json.dumps(jurisdiction, ensure_ascii=False)}", "answers:"]
    lines += ["  # yes, partial, planned, no, not applicable; any other row may be answered, too"]
    for row in ROWS.values():
        if not automatic(row):
            lines += [f"  # {row.id} {row.topic}: {row.recommendation}"]
            lines += [f'  # {row.id}: {{answer: yes, evidence: "", remark: ""}}']
    print("\n".join(lines))


@checklist.command()
def run(
    topology: DeploymentArgument,
    answer_files: AnswersOption = None,
    reports: Annotated[
        str | None,
        typer.Option("--reports", metavar="FOLDER", help="Write gaps.html, gaps.json, gaps.csv, the trace."),
    ] = None,
    patients: PatientsOption = None,
    most: Annotated[
        int, typer.Option("--most", min=1, metavar="N", help="Look into so many manifests at most.")
    ] = 12,
    architecture: Annotated[
        str | None, typer.Option("--architecture", metavar="A|B|C|mixed", help="What it is declared as.")
    ] = None,
    manifest: ManifestOption = None,
    viewer: ViewerOption = None,
    sets: SetOption = None,
    peers: PeerOption = None,
    listen: ListenOption = None,
    data: DataOption = None,
    json_: JsonOption = False,
) -> None:
    """Start a topology, survey it, and report where it falls short of the recommendations.

    Without --patient, sample studies are published by the sources that are ours. Exit code 1 says that a row
    which a program judges has failed.

    Example: xdsi-sim checklist run central --manifest mado --reports ./gaps
    """
    from xdsi_sim.checklist.answers import read_answers
    from xdsi_sim.checklist.gaps import gaps_of
    from xdsi_sim.checklist.manifests import with_manifests
    from xdsi_sim.checklist.reports import write_gaps
    from xdsi_sim.checklist.reports.as_json import value_of
    from xdsi_sim.checklist.survey import asker_of, observe
    from xdsi_sim.topology.build import start

    chosen, folder = _sets(sets), folder_to_fill("--reports", reports)
    given = read_answers(tuple(map(Path, answer_files or ())))
    found = with_viewer(with_peers(_found(topology, data), peers), viewer)
    asked, declared = tuple(map(_patient, patients or ())), _declared(architecture, given)
    where = (folder_to_fill("--data", data), listen_option(listen))
    asker_of(found)  # before anything starts
    with start(with_manifests(found, manifest), *where) as running:
        surveyed = observe(
            running,
            patients=asked,
            declared=declared,
            jurisdictions=given,
            most=most,
            tell=_silent if json_ else _tell,
        )
        report = gaps_of(surveyed, chosen)
        written = write_gaps(report, surveyed.record, folder) if folder is not None else ()
    if json_:
        print(json.dumps(value_of(report) | {"reports": [str(path) for path in written]}))
    else:
        _print(report, written)
    raise typer.Exit(FINDINGS if report.failed else GOOD)


def _found(name: str, data: str | None) -> Topology:
    """A topology, or that in which a system under test is among actors of ours."""
    from xdsi_sim.sut.laying import deployment_of, is_system
    from xdsi_sim.topology.loader import find_topology, load_topology

    path = find_topology(name)
    if not is_system(path):
        return load_topology(path)
    return deployment_of(loaded_system(str(path), data)[0])


def _silent(_record: StepRecord) -> None:
    """Programs are told at the end."""


def _tell(record: StepRecord) -> None:
    from xdsi_sim.scenario.printing import console
    from xdsi_sim.scenario.reports.wording import duration_text, plural

    steps = plural(len(record.children), "step")
    console().print(f"{duration_text(record.duration):>8}  {record.name}: {steps}", markup=False)


def _declared(option: str | None, given: Sequence[Answers]) -> str | None:
    """What the deployment calls itself: by the option, else by the one file of answers."""
    from xdsi_sim.checklist.layout import DECLARED

    if option is None:
        return given[0].architecture if len(given) == 1 else None
    for name in DECLARED:
        if name.lower() == option.lower():
            return name
    raise UsageError(f"--architecture: '{option}' is none of {', '.join(DECLARED)}.")


def _patient(text: str) -> str:
    from xdsi_sim.ebrim.datatypes import Cx

    try:
        return str(Cx.parse(text))
    except ValueError as error:
        raise UsageError(f"--patient: '{text}' is {error}.", hint="A patient id is P1^^^&OID&ISO.") from None


# --- for people ------------------------------------------------------------------------------


def _print(report: GapReport, written: Iterable[Path]) -> None:
    from xdsi_sim.scenario.printing import console, print_table

    output = console()
    if report.gaps:
        columns = ("Row", "Result", "Topic", "Observed")
        print_table(output, f"Where {report.title} falls short", columns, map(_gap, report.gaps))
    print_table(output, "Totals", ("Set", *_results(report)), _totals(report))
    _print_jurisdictions(output, report)
    for path in list(written)[:1]:
        output.print(f"Report: {path}", markup=False)


def _gap(line: Line) -> tuple[str, ...]:
    return line.row.id, line.result.value, line.row.topic, line.judgement.observed


def _results(report: GapReport) -> list[str]:
    return [result.value for result in report.totals["all"]]


def _totals(report: GapReport) -> Iterator[tuple[str, ...]]:
    from xdsi_sim.checklist.rows import SETS

    for name, counts in report.totals.items():
        yield (f"{name} {SETS[name]}" if name in SETS else "All", *map(str, counts.values()))


def _print_jurisdictions(output: Console, report: GapReport) -> None:
    if len(report.jurisdictions) > 1:
        for name, count in report.open_by_jurisdiction.items():
            output.print(f"{name}: {count} rows are gaps or not answered", markup=False)
